"""Alerts about models."""

from typing import Any

from components.monitoring.rules.burn_rate import objective_groups
from components.monitoring.rules.evaluation import evaluation_groups
from settings.evaluation import EvaluationSettings
from settings.objectives import LatencySettings, ObjectivesSettings
from tests.api.rules.case import Case

# 99 %: 1 % of the requests may fail, and 1 % of the answers may take longer than 708 ms, a limit of a bucket.
OBJECTIVES = ObjectivesSettings(
    availability_percent=99.0, latency=LatencySettings(milliseconds=500, percent=99.0)
)
EVALUATION = EvaluationSettings(samples="samples.jsonl", every_minutes=5, accuracy=0.9, drift=0.2)
WHOSE: Any = {"namespace": "vision", "model": "resnet", "team": "vision", "tracks": ["stable", "next"]}
GROUPS = [
    *objective_groups(objectives=OBJECTIVES, **WHOSE),
    *evaluation_groups(wanted=EVALUATION, **WHOSE),
]

MODEL = 'namespace="vision",model="resnet"'
NEXT = f'{MODEL},track="next",pod="resnet-next-1"'
AVAILABLE = "kube_deployment_status_replicas_available"
DEPLOYMENT = 'namespace="vision",deployment="resnet-next"'
OTHER = 'namespace="vision",deployment="web"'
LABELS = (
    f'{DEPLOYMENT},label_app_kubernetes_io_name="model-server",'
    'label_app_kubernetes_io_instance="resnet-next",label_metalml_model="resnet",label_metalml_track="next"'
)
TRACK = {"namespace": "vision", "model": "resnet", "track": "next"}


def _answers(good: str, failed: str, status: str = "INTERNAL") -> dict[str, str]:
    return {
        f'tensorflow_serving_request_latency_count{{{NEXT},API="predict"}}': good,
        # Probes: without them as without an API half of the requests would be well.
        f'tensorflow_serving_request_latency_count{{{NEXT},API=""}}': "0+1000x600",
        f'tensorflow_serving_request_count{{{NEXT},status="OK"}}': "0+1000x600",
        f'tensorflow_serving_request_count{{{NEXT},status="{status}"}}': failed,
    }


def _times(below: dict[str, int], count: int) -> dict[str, str]:
    bucket = f'tensorflow_serving_request_latency_bucket{{{NEXT},API="predict",le="%s"}}'
    return {
        f'tensorflow_serving_request_latency_count{{{NEXT},API="predict"}}': f"0+{count}x600",
        **{bucket % limit: f"0+{number}x600" for limit, number in below.items()},
    }


MODELS = {
    "ModelDown": Case(
        fires={
            f"kube_deployment_labels{{{LABELS}}}": "1x20",
            f"{AVAILABLE}{{{DEPLOYMENT}}}": "1x5 0x20",
        },
        at="8m",
        says={**TRACK, "deployment": "resnet-next", "severity": "critical", "team": "vision"},
        # Nobody's model.
        silent={
            f'kube_deployment_labels{{{OTHER},label_app_kubernetes_io_name="web"}}': "1x20",
            f"{AVAILABLE}{{{OTHER}}}": "0x20",
        },
    ),
    "ModelLoadFailed": Case(
        fires={f'tensorflow_cc_saved_model_load_attempt_count{{{NEXT},status="fail"}}': "1x10"},
        at="5m",
        says={**TRACK, "pod": "resnet-next-1"},
        silent={f'tensorflow_cc_saved_model_load_attempt_count{{{NEXT},status="success"}}': "1x10"},
    ),
    "ModelAvailabilityBurn": Case(
        # 20 %, where 14.4 % of an hour wake somebody after two minutes. Slower windows hold longer.
        fires=_answers("0+80x600", "0+20x600"),
        at="10m",
        says={**TRACK, "severity": "critical", "window": "1h", "team": "vision"},
        # Wrong questions are not the model's fault, however many.
        silent=_answers("0+80x600", "0+20x600", status="INVALID_ARGUMENT"),
    ),
    "ModelLatencyBurn": Case(
        # Half of what is between 393 and 708 ms counts as slower than 500: 34 of 100 and 20 more.
        fires=_times({"393464": 40, "708235": 80, "+Inf": 100}, 100),
        at="10m",
        says={**TRACK, "severity": "critical", "window": "1h"},
        silent=_times({"393464": 998, "708235": 1000, "+Inf": 1000}, 1000),
    ),
    "ModelAccuracyLow": Case(
        # Good as a whole, and bad at night.
        fires={
            f'ml_model_accuracy{{{MODEL},track="next",slice="all"}}': "0.95x10",
            f'ml_model_accuracy{{{MODEL},track="next",slice="night"}}': "0.95x2 0.6x8",
        },
        at="5m",
        says={**TRACK, "slice": "night", "severity": "critical", "team": "vision"},
        # A better version resolves it; of other models other things are asked.
        silent={
            f'ml_model_accuracy{{{MODEL},track="next",slice="all"}}': "0.6x2 0.95x8",
            'ml_model_accuracy{namespace="ml",model="resnet",track="next",slice="all"}': "0.1x10",
        },
    ),
    "ModelDrift": Case(
        fires={f'ml_model_drift{{{MODEL},track="next"}}': "0.1x2 0.3x8"},
        at="5m",
        says=TRACK,
        silent={f'ml_model_drift{{{MODEL},track="next"}}': "0.2x10"},
    ),
    "ModelEvaluationMissing": Case(
        # Since the first minute nothing new, while the other track is evaluated.
        fires={
            f'ml_model_evaluation_timestamp_seconds{{{MODEL},track="next"}}': "60x60",
            f'ml_model_evaluation_timestamp_seconds{{{MODEL},track="stable"}}': "0+60x60",
        },
        at="40m",
        says=TRACK,
        silent={
            f'ml_model_evaluation_timestamp_seconds{{{MODEL},track="next"}}': "0+60x60",
            f'ml_model_evaluation_timestamp_seconds{{{MODEL},track="stable"}}': "0+60x60",
        },
    ),
}
