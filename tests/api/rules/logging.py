"""The alerts about the way of a line."""

from tests.api.rules.case import Case

NODE = 'job="fluentd",namespace="logging",pod="fluentd-x",node="worker-1"'
OUTPUT = f'{NODE},plugin_id="output"'
LEFT = f"fluentd_output_status_buffer_available_space_ratio{{{OUTPUT}}}"
ERRORS = f"fluentd_output_status_num_errors{{{OUTPUT}}}"
WRITES = f"fluentd_output_status_write_count{{{OUTPUT}}}"
REFUSED = f'fluentd_output_status_emit_records{{{NODE},plugin_id="refused"}}'
SAYS = {"node": "worker-1", "team": "platform"}

LOGGING = {
    "LogsNotDelivered": Case(
        fires={ERRORS: "0+2x30", WRITES: "0+2x30"},
        at="20m",
        says={**SAYS, "severity": "warning"},
        # Three of four attempts fail.
        silent={ERRORS: "0+3x30", WRITES: "0+4x30"},
    ),
    "LogBufferFillingUp": Case(
        fires={LEFT: "100-5x20"},
        at="15m",
        says={**SAYS, "severity": "warning"},
        silent={LEFT: "51x20"},
    ),
    "LogBufferFull": Case(
        fires={LEFT: "100-5x20"},
        at="20m",
        says={**SAYS, "severity": "critical"},
        silent={LEFT: "11x20"},
    ),
    "LogsRefused": Case(
        fires={REFUSED: "0x5 3x20"},
        at="15m",
        says={**SAYS, "severity": "info"},
        silent={REFUSED: "7x30"},
    ),
}
