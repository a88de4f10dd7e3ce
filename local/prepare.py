"""Makes in `.local` what the settings of a stack ask this computer for, before the program runs."""

from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from components.bootstrap.served_images import EVERYWHERE_FOLDER, SERVED_FOLDER
from local import cache
from local.bundle.images import control_plane_images, node_images
from local.bundle.make import Part, make_bundle
from local.bundle.modules import CNI_PLUGINS, CONTAINERD, COREDNS, ETCD, KUBERNETES
from local.engine.plugins import install_plugins
from local.engine.pulumi import ENGINE, install_engine
from local.keys import make_keys
from local.machine.root import build_root, place_root
from local.model_server.build import MODEL, build_model_server
from local.needs import Needs
from local.paths import BINARIES, BUNDLE, MODELS, PULUMI_HOME, link
from local.process import stop_all
from local.progress import Progress
from local.releases import place_release_files


def prepare(needs: Needs, progress: Progress) -> None:
    """Build or find everything; only what is missing takes time."""
    make_keys()
    with ThreadPoolExecutor(max_workers=3) as pool:
        jobs: list[Future[object]] = [pool.submit(_build_programs, progress, needs)]
        # kube-proxy's image needs packet tools out of the root filesystem.
        if needs.machines or needs.bundle:
            jobs.append(pool.submit(build_root, progress))
        if needs.model:
            jobs.append(pool.submit(build_model_server, progress))
        try:
            wait(jobs, return_when=FIRST_EXCEPTION)
            failed = [error for job in jobs if job.done() and (error := job.exception())]
        except KeyboardInterrupt:
            stop_all()
            raise
        if failed:
            stop_all()
            raise failed[0]

    place_release_files(needs.releases, progress)
    if needs.machines:
        place_root(progress, build_root(progress))
    if needs.bundle:
        _bundle(progress, needs)
    if needs.model:
        built = build_model_server(progress)
        for name in built.digests:
            if name.startswith(f"{MODEL}/"):
                cache.place(built, name, MODELS / name)


def _build_programs(progress: Progress, needs: Needs) -> None:
    modules = [KUBERNETES, ETCD, CONTAINERD, CNI_PLUGINS, COREDNS] if needs.bundle else []
    for module in (*modules, ENGINE):
        module.build(progress)
    install_engine(progress)
    install_plugins(PULUMI_HOME, progress)
    for image in needs.images:
        image.build(progress)


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
            Part(folder="images", entry=node_images(progress, build_root(progress)), names=("node.tar",)),
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
