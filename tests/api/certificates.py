"""A certificate authority for the test's API server, and what it signs: made anew, valid for two days."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

# Without it openssl would add the extensions of the computer's own configuration.
_CONFIG = "[req]\ndistinguished_name = dn\n[dn]\n"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Files of a certificate and its key, as PEM."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates into a folder."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._directory = directory
        (directory / "openssl.cnf").write_text(_CONFIG)
        self.own = self._make("ca", "/CN=test", "basicConstraints=critical,CA:TRUE")

    def server(self, address: str) -> Certificate:
        """A certificate for a server at this address."""
        return self._make("server", "/CN=server", f"subjectAltName=IP:{address}", signed=True)

    def client(self, user: str, group: str) -> Certificate:
        """A certificate that tells the API server who calls."""
        return self._make(user, f"/O={group}/CN={user}", "extendedKeyUsage=clientAuth", signed=True)

    def _make(self, name: str, subject: str, extension: str, *, signed: bool = False) -> Certificate:
        made = Certificate(certificate=self._directory / f"{name}.crt", key=self._directory / f"{name}.key")
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        command += ["-nodes", "-days", "2", "-config", str(self._directory / "openssl.cnf")]
        command += ["-subj", subject, "-addext", extension]
        command += ["-out", str(made.certificate), "-keyout", str(made.key)]
        if signed:
            command += ["-CA", str(self.own.certificate), "-CAkey", str(self.own.key)]
        subprocess.run(command, check=True, capture_output=True)
        return made
