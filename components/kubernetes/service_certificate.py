"""A certificate for a Service that the API server itself calls: aggregated APIs and webhooks."""

import base64
import hashlib
from dataclasses import dataclass

import pulumi
from pulumi import Output, ResourceOptions
from pulumi_command import local
from pulumi_kubernetes.core.v1 import Secret, SecretVolumeSourceArgs, VolumeArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label

SCRIPT = "components/scripts/service-certificate.sh"
# As long as kubeadm's own authorities. To renew it earlier, replace the Command: the pods follow.
VALID_DAYS = 3650
# Where programs find it that mount `certificate_volume`.
CERTIFICATE_DIRECTORY = "/certificate"
_KEY_BEGINS = "-----BEGIN PRIVATE KEY-----"


@dataclass(frozen=True, kw_only=True)
class ServiceCertificateArgs:
    """Which Service answers with the certificate, and where its key is kept."""

    service: str
    namespace: str
    secret: str

    def __post_init__(self) -> None:
        require_dns_label("service", self.service)
        require_dns_label("namespace", self.namespace)
        require_dns_label("secret", self.secret)


class ServiceCertificate(pulumi.ComponentResource):
    """A key and a certificate, made once on the operator's computer and kept in a Secret of type TLS.

    The key is in the state, encrypted, and nowhere in a preview. The certificate vouches for itself, so
    whoever calls the Service is given that very certificate to trust, and trusts nothing else.
    """

    secret: Output[str]
    """Name of the Secret with `tls.crt` and `tls.key`."""
    ca_bundle: Output[str]
    """The certificate as `caBundle` fields take it: PEM in base64."""
    digest: Output[str]
    """SHA-256 of the certificate; in a pod's annotations it starts the pods anew with a new certificate."""

    def __init__(self, name: str, args: ServiceCertificateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:certificates:ServiceCertificate", name, None, opts)
        # The API server asks for the first name; the second is what other pods would use.
        host = f"{args.service}.{args.namespace}.svc"
        made = local.Command(
            name,
            create=f"bash {SCRIPT} {VALID_DAYS} {host} {host}.cluster.local",
            logging=local.Logging.NONE,
            add_previous_output_in_env=False,
            opts=ResourceOptions(parent=self, additional_secret_outputs=["stdout"]),
        )
        # The certificate is sent to whoever connects: only the key is a secret.
        certificate = Output.unsecret(made.stdout.apply(lambda text: text.partition(_KEY_BEGINS)[0]))
        secret = Secret(
            name,
            metadata=ObjectMetaArgs(name=args.secret, namespace=args.namespace),
            type="kubernetes.io/tls",
            string_data={
                "tls.crt": certificate,
                "tls.key": made.stdout.apply(lambda text: "".join(text.partition(_KEY_BEGINS)[1:])),
            },
            opts=ResourceOptions(parent=self),
        )
        self.secret = secret.metadata.name
        self.ca_bundle = certificate.apply(lambda text: base64.b64encode(text.encode()).decode())
        self.digest = certificate.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())
        self.register_outputs({})


def certificate_volume(certificate: ServiceCertificate) -> VolumeArgs:
    """The certificate and its key, readable for the program's group only."""
    secret = SecretVolumeSourceArgs(secret_name=certificate.secret, default_mode=0o440)
    return VolumeArgs(name="certificate", secret=secret)
