"""Whether the entrance answers: `python -m pipelines.launch.health https://127.0.0.1:3000`, which ends with exit code 1 where it does not.

It asks for the page of the login under the name that people type (`ANSVAR_PUBLIC_ADDRESS`), and for that of the address where that is not
set. The certificate is not looked at: it is for that name, and asked for is this machine.
"""

from __future__ import annotations

import http.client
import os
import ssl
import sys
from urllib.parse import urlsplit

PUBLIC_ADDRESS = "ANSVAR_PUBLIC_ADDRESS"
_PATIENCE_SECONDS = 10


def main() -> None:
    """Ask, and end."""
    asked = urlsplit(sys.argv[1])
    host = urlsplit(os.environ.get(PUBLIC_ADDRESS) or sys.argv[1]).netloc
    connection = _connection(asked.scheme, asked.netloc)
    try:
        connection.request("GET", "/login", headers={"Host": host})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"It does not answer ({type(error).__name__}).")
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        sys.exit(f"It answers {status}.")


def _connection(scheme: str, place: str) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(place, timeout=_PATIENCE_SECONDS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(place, timeout=_PATIENCE_SECONDS, context=context)


if __name__ == "__main__":
    main()
