"""Logging: the collection and storage of pods' logs, and saved searches for each model."""

from decimal import Decimal

from pulumi import (
    Output,
    Resource,
    ResourceOptions,
    ResourceTransformation,
    ResourceTransformationArgs,
    ResourceTransformationResult,
)

from components.kubernetes.generated_password import GeneratedPassword
from components.logging import fluentd_outputs
from components.logging.elasticsearch import Elasticsearch, ElasticsearchArgs, StoreAccess
from components.logging.fluentd import Fluentd, FluentdArgs
from components.logging.kibana import Kibana, KibanaArgs
from components.logging.kibana_configuration import SearchedModel, model_searches
from components.logging.kibana_objects import KibanaObjects, KibanaObjectsArgs
from components.logging.log_indices import LogIndices, LogIndicesArgs
from components.logging.names import NAMESPACE
from components.tenancy.namespace import register_namespace
from settings import Settings
from settings.logging import (
    AzureMonitorSettings,
    CloudLoggingSettings,
    CloudWatchSettings,
    ElasticsearchSettings,
)
from settings.pod_security import PodSecurity
from settings.quantities import quantity_value
from stacks.model_files import s3_credentials
from stacks.outputs import ClusterOutputs, PlatformOutputs

# The default share of the volumes for indices, below Elasticsearch's disk watermarks.
DEFAULT_FILLED = Decimal("0.8")


def build_logging(settings: Settings, cluster: ClusterOutputs) -> dict[str, Output[str]]:
    """Register the logging of the settings.

    Returns `kibana`, its URL, which resolves once Kibana is ready, and `namespace`; empty without Kibana.
    """
    wanted = settings.platform.logging
    if wanted is None:
        return {}
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready))
    # The log collectors mount files of the node.
    namespace = register_namespace(NAMESPACE, PodSecurity.PRIVILEGED, options)
    on = ResourceOptions(provider=cluster.kubernetes, transformations=[_after(namespace)])
    buffer, image = int(quantity_value(wanted.buffer)), settings.image(f"fluentd-{wanted.output.kind}")
    if not isinstance(wanted.output, ElasticsearchSettings):
        Fluentd(
            "fluentd",
            FluentdArgs(
                image=image,
                output=_cloud(wanted.output),
                password=Output.secret(settings.secrets[wanted.output.secret].get_secret_value()),
                buffer_bytes=buffer,
            ),
            on,
        )
        return {}
    password = GeneratedPassword("fluentd-password", on).text
    nodes, indices, kibana = _elasticsearch(settings, wanted.output, password, on)
    Fluentd(
        "fluentd",
        FluentdArgs(
            image=image,
            output=fluentd_outputs.elasticsearch_output(),
            password=password,
            buffer_bytes=buffer,
            authority=nodes.authority,
            # The first log line creates the day's index from the index templates that exist at that time.
            wait_for=[indices.set_up],
        ),
        on,
    )
    return {"namespace": namespace.metadata.name, "kibana": kibana.url}


def _after(first: Resource) -> ResourceTransformation:
    """Make resources depend on `first`; children of a component inherit the transformation."""

    def transform(args: ResourceTransformationArgs) -> ResourceTransformationResult:
        opts = ResourceOptions.merge(args.opts, ResourceOptions(depends_on=[first]))
        return ResourceTransformationResult(props=args.props, opts=opts)

    return transform


def _elasticsearch(
    settings: Settings,
    wanted: ElasticsearchSettings,
    password: Output[str],
    on: ResourceOptions,
) -> tuple[Elasticsearch, LogIndices, Kibana]:
    nodes = Elasticsearch(
        "elasticsearch",
        ElasticsearchArgs(
            image=settings.image("elasticsearch"),
            settings=wanted,
            store=_store(settings, wanted),
        ),
        on,
    )
    kibana_password = GeneratedPassword("kibana-password", on).text
    volumes = quantity_value(wanted.volume.size) * wanted.replicas
    size = wanted.retention.size
    indices = LogIndices(
        "logs",
        LogIndicesArgs(
            image=settings.image("elasticsearch"),
            authority=nodes.authority,
            days=wanted.retention.days,
            most_bytes=int(volumes * DEFAULT_FILLED if size is None else quantity_value(size)),
            copies=1 if wanted.replicas > 1 else 0,
            collector_password=password,
            kibana_password=kibana_password,
            snapshots=wanted.snapshots,
            after=nodes.ready,
        ),
        on,
    )
    kibana = Kibana(
        "kibana",
        KibanaArgs(
            image=settings.image("kibana"),
            client_image=settings.image("elasticsearch"),
            authority=nodes.authority,
            password=kibana_password,
            replicas=wanted.kibana_replicas,
            wait_for=[indices.set_up],
        ),
        on,
    )
    return nodes, indices, kibana


def _store(settings: Settings, wanted: ElasticsearchSettings) -> StoreAccess | None:
    credentials = s3_credentials(settings)
    if wanted.snapshots is None or credentials is None:
        return None
    return StoreAccess(
        endpoint=wanted.snapshots.endpoint,
        region=wanted.snapshots.region,
        access_key_id=credentials.access_key_id,
        secret_access_key=credentials.secret_access_key,
    )


def _cloud(
    output: CloudWatchSettings | CloudLoggingSettings | AzureMonitorSettings,
) -> fluentd_outputs.Output:
    match output:
        case CloudWatchSettings():
            return fluentd_outputs.cloudwatch_output(
                region=output.region, group=output.group, access_key_id=output.access_key_id
            )
        case CloudLoggingSettings():
            return fluentd_outputs.cloud_logging_output(project=output.project)
        case AzureMonitorSettings():
            return fluentd_outputs.azure_monitor_output(
                endpoint=output.endpoint,
                rule=output.rule,
                stream=output.stream,
                tenant=output.tenant,
                client=output.client,
            )


def search_models(settings: Settings, cluster: ClusterOutputs, platform: PlatformOutputs) -> None:
    """Register a saved search in Kibana for each model, where this stack has both.

    Whether another stack's platform has Kibana is an Output, known only during the update: too late to decide
    which resources to register.
    """
    logging = platform.logging
    if not logging or not settings.models:
        return
    models = [
        SearchedModel(
            namespace=model.namespace,
            name=model.name,
            deployments=[f"{model.name}-{track.name}" for track in model.rollout.tracks] or [model.name],
        )
        for model in settings.models
    ]
    KibanaObjects(
        "model-searches",
        KibanaObjectsArgs(
            name="model-searches",
            image=settings.image("elasticsearch"),
            objects=model_searches(models),
            answers=logging["kibana"],
            namespace=logging["namespace"],
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )
