"""A way in over https, as a proxy in front of a service gives it: browsers use passkeys there alone."""

import datetime
import ipaddress
import socket
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"


class TlsFront:
    """Takes connections on ``url`` and passes them on to a port of this machine, once it is told which.

    The certificate is its own: nobody but this test trusts it.
    """

    def __init__(self, folder: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(folder / "front.pem"))
        listening = socket.create_server(("127.0.0.1", 0))
        self._listening = context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://{HOST}:{self._listening.getsockname()[1]}"
        self.port: int | None = None
        self._taking = threading.Thread(target=self._take, daemon=True)
        self._taking.start()

    def stop(self) -> None:
        """Take no more."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._taking.join()

    def _take(self) -> None:
        while True:
            try:
                taken, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(taken,), daemon=True).start()

    def _pass_on(self, browser: ssl.SSLSocket) -> None:
        try:
            browser.do_handshake()
            assert self.port is not None
            service = socket.create_connection(("127.0.0.1", self.port))
        except OSError:
            browser.close()
            return
        back = threading.Thread(target=_copy, args=(service, browser), daemon=True)
        back.start()
        _copy(browser, service)
        back.join()
        service.close()
        browser.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # one of them has gone
        return


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    hosts = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(encoding, *plain) + certificate.public_bytes(encoding))
    return path
