"""Metrics have TensorFlow Serving's names and form, so its dashboards and rules work."""

from local.model_server.server.metrics import Metrics


def lines(metrics: Metrics) -> list[str]:
    return metrics.page().splitlines()


def test_requests_are_counted_by_model_and_status():
    metrics = Metrics()
    metrics.requests.add("default", "OK")
    metrics.requests.add("default", "OK")
    metrics.requests.add("other", "NOT_FOUND")
    assert ':tensorflow:serving:request_count{model_name="default",status="OK"} 2' in lines(metrics)
    assert ':tensorflow:serving:request_count{model_name="other",status="NOT_FOUND"} 1' in lines(metrics)


def test_a_duration_is_in_every_bucket_above_it_and_in_microseconds():
    metrics = Metrics()
    metrics.request_latency.add("default", "predict", "REST", seconds=0.00002)
    metrics.request_latency.add("default", "predict", "REST", seconds=1)
    name, labels = (
        ":tensorflow:serving:request_latency",
        'model_name="default",API="predict",entrypoint="REST"',
    )
    shown = lines(metrics)
    assert f"# TYPE {name} histogram" in shown
    assert f'{name}_bucket{{{labels},le="18"}} 0' in shown
    assert f'{name}_bucket{{{labels},le="32.4"}} 1' in shown
    assert f'{name}_bucket{{{labels},le="1.27482e+06"}} 2' in shown
    assert f'{name}_bucket{{{labels},le="+Inf"}} 2' in shown
    assert f"{name}_sum{{{labels}}} 1000020" in shown
    assert f"{name}_count{{{labels}}} 2" in shown


def test_there_are_as_many_buckets_as_in_tensorflow_serving():
    metrics = Metrics()
    metrics.runtime_latency.add("default", "Predict", "TF1", seconds=1)
    assert sum("runtime_latency_bucket" in line for line in lines(metrics)) == 34


def test_a_name_from_a_request_cannot_break_the_page():
    metrics = Metrics()
    metrics.requests.add('a"b\\c\nd', "NOT_FOUND")
    assert r':tensorflow:serving:request_count{model_name="a\"b\\c\nd",status="NOT_FOUND"} 1' in lines(
        metrics
    )
