"""Where a model's pods may run."""

from tests.unit.settings.bad.mistake import Bad, inventory

ON_GPU = {"models[0].files.machine": "gpu-1", "machines[2]": inventory(gpu=True)}

PLACEMENT = {
    "unknown placement": Bad(
        change={"models[0].placement": "tpu"}, at="models[0].placement", says=("'tpu'", "'gpu' or 'cpu'")
    ),
    "GPUs on machines without": Bad(
        change={**ON_GPU, "models[0].gpu": 2, "models[0].placement": "cpu"},
        at="models[0].placement",
        says=("cpu, with gpu: 2", "leave it out"),
    ),
    "GPU machine without a GPU": Bad(
        change={**ON_GPU, "models[0].gpu": 0, "models[0].placement": "gpu"},
        at="models[0].gpu",
        says=("0, with placement: gpu", "leave gpu out for one GPU"),
    ),
    "product of a GPU that is not asked for": Bad(
        change={"models[0].product": "NVIDIA-L4"},
        at="models[0].product",
        says=("NVIDIA-L4, with gpu: 0", "set gpu: 1"),
    ),
    "product of a GPU on CPU machines": Bad(
        change={"models[0].placement": "cpu", "models[0].product": "NVIDIA-L4"},
        at="models[0].product",
        says=("NVIDIA-L4, with gpu: 0", "leave product out"),
    ),
    "product that is no label value": Bad(
        change={**ON_GPU, "models[0].gpu": 1, "models[0].product": "NVIDIA L4"},
        at="models[0].product",
        says=("at most 63",),
    ),
    "CPU model on a machine that is kept for GPU work": Bad(
        change=ON_GPU,
        at="models[0].files.machine",
        says=("gpu-1, whose GPUs this model does not ask for", "gpu.dedicated: false"),
    ),
    "CPU machines for a model whose files are on a GPU machine": Bad(
        change={
            "models[0].files.machine": "gpu-1",
            "models[0].placement": "cpu",
            "machines[2]": inventory(gpu={"dedicated": False}),
        },
        at="models[0].files.machine",
        says=("gpu-1, whose GPUs this model does not ask for",),
    ),
    "product that the machine does not have": Bad(
        change={
            "models[0].files.machine": "gpu-1",
            "models[0].gpu": 1,
            "models[0].product": "NVIDIA-L4",
            "machines[2]": inventory(gpu={"product": "NVIDIA-L40S"}),
        },
        at="models[0].product",
        says=("NVIDIA-L4, with files on gpu-1", "NVIDIA-L40S, which gpu-1 has"),
    ),
    "unknown spread": Bad(
        change={"models[0].spread": "zones"}, at="models[0].spread", says=("'prefer' or 'require'",)
    ),
    "replicas spread over one machine": Bad(
        change={"models[0].spread": "require", "models[0].replicas": 2},
        at="models[0].spread",
        says=("require, with 2 replicas and files on worker-1 alone", "prefer"),
    ),
}
