"""Teams."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad, inventory

QUOTA = {"cpu": 16, "memory": "64Gi", "gpu": 2}


def team(**changes: Any) -> dict[str, Any]:
    """A team whose quota is enough for anything here."""
    return {"name": "vision", "quota": QUOTA, **changes}


def in_team(**changes: Any) -> dict[str, Any]:
    """The model of `dev` in a team's namespace."""
    return {"models[0].namespace": "vision", "platform.teams": [team(**changes)]}


def quota(**changes: Any) -> dict[str, Any]:
    """The model of `dev` in the namespace of a team with another quota."""
    return in_team(quota={**QUOTA, **changes})


def queue(**changes: Any) -> dict[str, Any]:
    """A team with a queue, on a cluster with one product of GPUs."""
    wanted = {"cpu": 8, "memory": "32Gi", "gpus": {"NVIDIA-L40S": 1}, **changes}
    return {"platform.teams": [team(queue=wanted)], "platform.queueing": {"products": ["NVIDIA-L40S"]}}


def learn(**changes: Any) -> dict[str, Any]:
    """A training job of one worker."""
    return {"name": "learn", "command": ["python3"], "directory": {"machine": "worker-1"}, **changes}


TEAMS = {
    "team without a quota": Bad(
        change={"platform.teams": [{"name": "vision"}]},
        at="platform.teams[0].quota",
        says=("missing", "add it"),
    ),
    "quota that is no quantity": Bad(
        change={"platform.teams": [team(quota={**QUOTA, "memory": "64 GB"})]},
        at="platform.teams[0].quota.memory",
        says=("'64 GB'",),
    ),
    "less than no GPU": Bad(
        change={"platform.teams": [team(quota={**QUOTA, "gpu": -1})]},
        at="platform.teams[0].quota.gpu",
        says=("0 or more",),
    ),
    "team of everybody": Bad(
        change={"platform.teams": [team(group="system:authenticated")]},
        at="platform.teams[0].group",
        says=("a group of people", "everybody who is logged in"),
    ),
    "unknown level": Bad(
        change={"platform.teams": [team(podSecurity="strict")]},
        at="platform.teams[0].podSecurity",
        says=("'restricted', 'baseline' or 'privileged'",),
    ),
    "team of Kubernetes": Bad(
        change={"platform.teams": [team(name="kube-vision")]},
        at="platform.teams[0].name",
        says=("a namespace of your own",),
    ),
    "team twice": Bad(
        change={"platform.teams": [team(), team()]},
        at="platform.teams[1].name",
        says=("vision, as platform.teams[0].name has it",),
    ),
    "team and namespace of one name": Bad(
        change={"platform.teams": [team(name="ml")]},
        at="platform.teams[0].name",
        says=("ml, as platform.namespaces[0] has it",),
    ),
    "somewhere outside without its length": Bad(
        change={"platform.teams": [team(egress=[{"range": "192.0.2.1", "ports": [443]}])]},
        at="platform.teams[0].egress[0].range",
        says=("with its prefix length",),
    ),
    "container that would be refused for saying nothing": Bad(
        change={"platform.teams": [team(containers={"limits": {"cpu": "100m", "memory": "1Gi"}})]},
        at="platform.teams[0].containers.requests.cpu",
        says=("250m, with containers.limits.cpu 100m",),
    ),
    "quota smaller than one container that says nothing": Bad(
        change={"platform.teams": [team(quota={"cpu": "200m", "memory": "1Gi"})]},
        at="platform.teams[0].containers.requests.cpu",
        says=("250m, with quota.cpu 200m",),
    ),
    "quota of CPU below what its models need": Bad(
        change={**quota(cpu=2), "models[0].replicas": 4},
        at="platform.teams[0].quota.cpu",
        says=("2, and its models and training need 2.5 (ml-model 2.5)", "one more pod"),
    ),
    "quota of memory below what an autoscaler may need": Bad(
        change={
            **quota(memory="2Gi"),
            "models[0].autoscaling": {"max": 4},
            "platform.metricsServer": {},
        },
        at="platform.teams[0].quota.memory",
        says=("2Gi, and its models and training need 2560Mi",),
    ),
    "quota of GPUs below what its models need": Bad(
        change={
            **quota(gpu=1),
            "models[0].gpu": 2,
            "models[0].files.machine": "gpu-1",
            "machines[2]": inventory(gpu=True),
        },
        at="platform.teams[0].quota.gpu",
        says=("1, and its models and training need 2 (ml-model 2)",),
    ),
    "quota of turns on GPUs below what its models need": Bad(
        change={
            **quota(gpu=8),
            "models[0].gpu": 1,
            "models[0].gpuResource": "nvidia.com/gpu.shared",
            "models[0].files.machine": "gpu-1",
            "machines[2]": inventory(gpu=True),
        },
        at="platform.teams[0].quota.sharedGpu",
        says=("0, and its models and training need 1",),
    ),
    "quota of slices below what its models need": Bad(
        change={
            **quota(slices={"1g.10gb": 1}),
            "models[0].gpu": 2,
            "models[0].gpuResource": "nvidia.com/mig-1g.10gb",
            "models[0].files.machine": "gpu-1",
            "machines[2]": inventory(gpu=True),
        },
        at="platform.teams[0].quota.slices.1g.10gb",
        says=("1, and its models and training need 2",),
    ),
    "slice that is none": Bad(
        change={"platform.teams": [team(quota={**QUOTA, "slices": {"half": 1}})]},
        at="platform.teams[0].quota.slices.half",
        says=("text of the form",),
    ),
    "quota of CPU below both tracks of a model": Bad(
        change={
            **quota(cpu=2),
            "models[0].replicas": 2,
            "models[0].rollout": {
                "strategy": "blue-green",
                "tracks": [{"name": "blue", "version": 1}, {"name": "green", "version": 1, "replicas": 1}],
                "active": "blue",
            },
        },
        at="platform.teams[0].quota.cpu",
        says=("2, and its models and training need 2.5 (ml-model 2.5)",),
    ),
    "quota of storage below the volumes of its models": Bad(
        change=quota(storage="1Gi"),
        at="platform.teams[0].quota.storage",
        says=("1Gi, and its models and training need 5Gi",),
    ),
    "quota of CPU below what its training needs": Bad(
        change={
            **quota(cpu=4),
            "training": [learn(namespace="vision", workers=4)],
        },
        at="platform.teams[0].quota.cpu",
        says=("4, and its models and training need 5 (ml-model 1, learn 4)",),
    ),
    "queue without Kueue": Bad(
        change={"platform.teams": [team(queue={"cpu": 8, "memory": "32Gi"})]},
        at="platform.teams[0].queue",
        says=("on a cluster without queueing", "add queueing: {}"),
    ),
    "Kueue without a queue": Bad(
        change={"platform.teams": [team()], "platform.queueing": {}},
        at="platform.queueing",
        says=("no team has a queue",),
    ),
    "queue of a product that has no flavor": Bad(
        change=queue(gpus={"NVIDIA-L40": 1}),
        at="platform.teams[0].queue.gpus.NVIDIA-L40",
        says=("one of platform.queueing.products: NVIDIA-L40S", "did you mean NVIDIA-L40S?"),
    ),
    "flavor twice": Bad(
        change={**queue(), "platform.queueing": {"products": ["NVIDIA-L40S", "NVIDIA-L40S"]}},
        at="platform.queueing.products[1]",
        says=("each product once",),
    ),
    "queue with more than its team has": Bad(
        change=queue(cpu=32),
        at="platform.teams[0].queue.cpu",
        says=("32, with quota.cpu 16",),
    ),
    "queue with more GPUs than its team has": Bad(
        change=queue(gpus={"NVIDIA-L40S": 3}),
        at="platform.teams[0].queue.gpus",
        says=("3 in all, with quota.gpu 2",),
    ),
    "job in the queue of a namespace that has none": Bad(
        change={"training": [learn(queue="training")]},
        at="training[0].queue",
        says=("the namespace ml has none", "there is none", "(learn)"),
    ),
    "job in a queue that its team does not have": Bad(
        change={**queue(), "training": [learn(namespace="vision", queue="trainings")]},
        at="training[0].queue",
        says=("trainings, which is no queue of the team vision", "write queue: training"),
    ),
    # No machine of `dev` has a GPU.
    "job in a queue that gives out no shares of GPUs": Bad(
        change={
            **queue(),
            "platform.teams[0].quota.sharedGpu": 1,
            "training": [
                learn(namespace="vision", queue="training", gpu=1, gpuResource="nvidia.com/gpu.shared")
            ],
        },
        at="training[0].gpuResource",
        says=("which no queue gives out", "NVIDIA-L40S"),
        also_at=("training[0].directory.machine",),
    ),
    "job in a queue without GPUs of its product": Bad(
        change={
            **queue(),
            "training": [learn(namespace="vision", queue="training", gpu=1, product="NVIDIA-H100")],
        },
        at="training[0].gpu",
        says=("NVIDIA-H100, and the queue of the team has none", "NVIDIA-L40S"),
        also_at=("training[0].directory.machine",),
    ),
    "quota below the largest of the jobs that wait for each other": Bad(
        change={
            "platform.teams": [team(quota={**QUOTA, "cpu": 4}, queue={"cpu": 4, "memory": "32Gi"})],
            "platform.queueing": {},
            "training": [
                learn(name="first", namespace="vision", queue="training", workers=3),
                learn(name="second", namespace="vision", queue="training", workers=5),
            ],
        },
        at="platform.teams[0].quota.cpu",
        says=("4, and its models and training need 5 (second 5)",),
    ),
    "quota of ports below the Services of its models": Bad(
        change=quota(nodePorts=0),
        at="platform.teams[0].quota.nodePorts",
        says=("0, and its models and training need 1",),
    ),
    "model larger than a container of the team may be": Bad(
        change=in_team(containers={"limits": {"cpu": "1", "memory": "4Gi"}}),
        at="models[0].resources.limits.cpu",
        says=("2, in the namespace of the team vision", "platform.teams[0].containers.limits.cpu"),
    ),
    "model that may take more than the whole team has": Bad(
        change=quota(memory="1Gi"),
        at="models[0].resources.limits.memory",
        says=("2Gi, in the namespace of the team vision", "platform.teams[0].quota.memory"),
    ),
}
