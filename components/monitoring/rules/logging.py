"""Alerts on logging: delivery of logs to the output, and free space of Fluentd's buffer."""

from components.logging.fluentd_outputs import OUTPUT_ID, REFUSED_ID
from components.monitoring.rules.values import Alert, Group
from settings.alerts import Severity

# Free space in percent of the buffer. At half of it, as much time remains as it took to fill so far.
HALF, LITTLE = 50, 10
OUTPUT = f'job="fluentd",plugin_id="{OUTPUT_ID}"'
# The metric of fluent-plugin-prometheus is in percent, despite its name.
BUFFER_LEFT = f"fluentd_output_status_buffer_available_space_ratio{{{OUTPUT}}}"


def logging_groups() -> list[Group]:
    """The rule group of log delivery."""
    return [
        Group(
            name="logging",
            rules=[
                _not_delivered(),
                Alert(
                    name="LogBufferFillingUp",
                    expr=f"{BUFFER_LEFT} < {HALF}",
                    for_="1m",
                    severity=Severity.WARNING,
                    summary="Logs of {{ $labels.node }} wait in a buffer that is half full",
                    description="{{ $value | humanize }} % of it are left. Then Fluentd stops reading.",
                ),
                Alert(
                    name="LogBufferFull",
                    expr=f"{BUFFER_LEFT} < {LITTLE}",
                    for_="1m",
                    severity=Severity.CRITICAL,
                    summary="Fluentd on {{ $labels.node }} is about to stop reading logs",
                    description=(
                        "{{ $value | humanize }} % of its buffer are left. Then lines wait in the containers'"
                        " own files, which the kubelet rotates away."
                    ),
                ),
                Alert(
                    name="LogsRefused",
                    expr=(
                        "increase(fluentd_output_status_emit_records"
                        f'{{job="fluentd",plugin_id="{REFUSED_ID}"}}[15m]) > 0'
                    ),
                    severity=Severity.INFO,
                    summary="Elasticsearch refuses lines of {{ $labels.node }}",
                    description="{{ $value | humanize }} in a quarter of an hour; they are in Refused logs.",
                ),
            ],
        )
    ]


def _not_delivered() -> Alert:
    return Alert(
        name="LogsNotDelivered",
        # Errors alone are harmless: Fluentd retries each chunk. Every attempt counts as a write.
        expr=(
            f"increase(fluentd_output_status_num_errors{{{OUTPUT}}}[10m])"
            f" >= increase(fluentd_output_status_write_count{{{OUTPUT}}}[10m])"
            f" and increase(fluentd_output_status_num_errors{{{OUTPUT}}}[10m]) > 0"
        ),
        for_="5m",
        severity=Severity.WARNING,
        summary="No log of {{ $labels.node }} arrives where it is kept",
        description="Sending failed {{ $value | humanize }} times in 10 minutes and succeeded never.",
    )
