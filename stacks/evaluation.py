"""The part of the models layer that asks models for answers that are known."""

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
    """Evaluate each track of a model by itself, where its settings say so; `servers` are the tracks'."""
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
