"""The evaluations of the models layer."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pulumi import ResourceOptions

from components.serving.evaluation import Evaluation, EvaluationArgs
from components.serving.model_server import ModelServer
from settings import ModelSettings
from stacks.outputs import PlatformOutputs
from stacks.rules import tracks_of


def evaluate(
    model: ModelSettings,
    servers: Sequence[ModelServer],
    port: int,
    image: Callable[[str], str],
    platform: PlatformOutputs,
    options: ResourceOptions,
) -> None:
    """Register an evaluation for each track, where the settings have one; `servers` are the tracks'."""
    wanted = model.evaluation
    if wanted is None:
        return
    samples = Path(wanted.samples).expanduser().read_text()
    for server, track in zip(servers, tracks_of(model), strict=True):
        Evaluation(
            f"{server.deployment_name}-evaluation",
            EvaluationArgs(
                namespace=server.namespace,
                name=server.deployment_name,
                model=model.name,
                track=track,
                image=image("evaluator"),
                service=server.service,
                port=port,
                predict_path=server.predict_path,
                push_url=platform.push_url(),
                samples=samples,
                settings=wanted,
            ),
            options,
        )
