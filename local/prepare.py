"""Makes in `.local` what the settings of a stack ask this computer for, before the program runs."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

from components.bootstrap.served_images import EVERYWHERE_FOLDER, SERVED_FOLDER
from local import cache
from local.bundle.images import control_plane_images, node_images
from local.bundle.make import Part, make_bundle
from local.bundle.modules import CNI_PLUGINS, CONTAINERD, COREDNS, ETCD, KUBERNETES
from local.engine.kubernetes import KUBERNETES_PROVIDER
from local.engine.plugins import has_plugins, install_plugins
from local.engine.pulumi import ENGINE, has_engine, install_engine
from local.gomodule import GoModule
from local.keys import make_keys
from local.machine import root
from local.model_server import build as model_server
from local.needs import Needs
from local.paths import BINARIES, BUNDLE, LOCAL, MACHINE_ROOT, MODELS, PULUMI_HOME, link
from local.plan import Plan, Work, require_room
from local.process import stop_all
from local.progress import Progress
from local.releases import place_release_files

# Here, and not where it is built: that file is one of its sources.
_MODEL_SERVER = Work(title=model_server.TITLE, seconds=70, gibibytes=1.2)
# What a stack itself keeps on the first run: machines and their images.
_MACHINES = Work(title="machines", seconds=65, gibibytes=3)


@dataclass(frozen=True, kw_only=True)
class _Job:
    """Something to make, and whether it is there already."""

    work: Work
    make: Callable[[Progress], object]
    there: Callable[[], object]


def prepare(needs: Needs, progress: Progress) -> None:
    """Build or find everything, and place it; only what is missing takes time."""
    make_keys()
    if needs.machines and not MACHINE_ROOT.exists():
        require_room([_MACHINES], LOCAL)
    build(needs, progress)
    place_release_files(needs.releases, progress)
    if needs.machines:
        root.place_root(progress, root.build_root(progress))
    if needs.bundle:
        _bundle(progress, needs)
    if needs.model:
        built = model_server.build_model_server(progress)
        for name in built.digests:
            if name.startswith(f"{model_server.MODEL}/"):
                cache.place(built, name, MODELS / name)


def build(needs: Needs, progress: Progress) -> None:
    """Have in the cache what takes long to make. Tells before it begins what that is."""
    chains = _chains(needs)
    missing = [job.work for chain in chains for job in chain if not job.there()]
    require_room(missing, cache.cache_root())
    plan = Plan(missing, progress)
    with ThreadPoolExecutor(max_workers=len(chains)) as pool:
        running: list[Future[None]] = [pool.submit(_run, chain, plan, progress) for chain in chains]
        try:
            wait(running, return_when=FIRST_EXCEPTION)
            failed = [error for one in running if one.done() and (error := one.exception())]
        except KeyboardInterrupt:
            stop_all()
            raise
        if failed:
            stop_all()
            raise failed[0]


def _chains(needs: Needs) -> list[list[_Job]]:
    """What is made beside each other. Two builds of programs at once: each links on one processor.

    Both would compile a library that they share, so one has what shares none (`own_libraries`). It has the
    engine first, which downloads plugins; the other begins with Kubernetes, which is long and shares nothing.
    """
    bundled = [KUBERNETES, COREDNS, CONTAINERD, ETCD, CNI_PLUGINS] if needs.bundle else []
    served = {image.module.name: image.module for image in needs.images if image.module}.values()
    chains = [
        [
            _Job(work=_work(ENGINE), make=install_engine, there=has_engine),
            _Job(
                work=_work(KUBERNETES_PROVIDER),
                make=partial(install_plugins, PULUMI_HOME),
                there=partial(has_plugins, PULUMI_HOME),
            ),
            *(_of_module(module) for module in served if module.own_libraries),
        ],
        [
            *(_of_module(module) for module in bundled),
            *(_of_module(module) for module in served if not module.own_libraries),
        ],
    ]
    # kube-proxy's image needs packet tools out of the root filesystem.
    if needs.machines or needs.bundle:
        chains.append([_Job(work=root.WORK, make=root.build_root, there=root.find_root)])
    if needs.model:
        make, there = model_server.build_model_server, model_server.find_model_server
        chains.append([_Job(work=_MODEL_SERVER, make=make, there=there)])
    return chains


def _of_module(module: GoModule) -> _Job:
    return _Job(work=_work(module), make=module.build, there=module.find)


def _work(module: GoModule) -> Work:
    return Work(title=module.title, seconds=module.seconds, gibibytes=module.gibibytes)


def _run(chain: Sequence[_Job], plan: Plan, progress: Progress) -> None:
    for job in chain:
        job.make(progress)
        plan.done(job.work.title)


def _bundle(progress: Progress, needs: Needs) -> None:
    kubernetes = KUBERNETES.build(progress)
    node = ("kubeadm", "kubelet", "kubectl")
    make_bundle(
        [
            Part(folder="bin", entry=kubernetes, names=node),
            Part(
                folder="bin",
                entry=(containerd := CONTAINERD.build(progress)),
                names=tuple(containerd.digests),
            ),
            Part(folder="cni", entry=(plugins := CNI_PLUGINS.build(progress)), names=tuple(plugins.digests)),
            Part(folder="images", entry=control_plane_images(progress), names=("control-plane.tar",)),
            Part(
                folder="images", entry=node_images(progress, root.build_root(progress)), names=("node.tar",)
            ),
            *(
                Part(
                    folder=f"images/{EVERYWHERE_FOLDER if image.everywhere else SERVED_FOLDER}",
                    entry=image.build(progress),
                    names=(image.archive,),
                )
                for image in needs.images
            ),
        ]
    )
    link(BINARIES / "kubectl", BUNDLE / "bin" / "kubectl")
