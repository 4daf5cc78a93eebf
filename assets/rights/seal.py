"""What proves a bundle: the manifest with every file's digest, signed; and the page that says how to verify it with public tools."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from assets.page import environment
from assets.rights.about import kept_until
from assets.rights.members import names_known_by
from assets.rights.tabular import exact, json_bytes
from resources.catalogue.shapes import in_language
from resources.signing import fingerprint, in_groups, public_pem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from assets.rights.archive import Archive
    from assets.rights.bundle import Bundle

FORMAT = 2
MANIFEST, SIGNATURE, SUMS, KEY = "manifest.json", "manifest.json.sig", "SHA256SUMS", "signing_key.pem"
COMMANDS = (
    f"openssl pkeyutl -verify -pubin -inkey {KEY} -rawin -in {MANIFEST} -sigfile {SIGNATURE}",
    f"sha256sum -c {SUMS}",
    f"grep $(sha256sum {SUMS} | cut -c -64) {MANIFEST}",
    f"openssl pkey -pubin -in {KEY} -outform DER | sha256sum",
)
"""How a bundle is verified: the signature, every file, that the list of files is the signed one, and whose key it is."""


def seal(archive: Archive, bundle: Bundle, key: Ed25519PrivateKey) -> None:
    """Add what proves all that is in the archive so far."""
    told = {
        "title": bundle.wording.text("verify_title"),
        "steps": list(zip((bundle.wording.text(f"verify_{number}") for number in range(1, len(COMMANDS) + 1)), COMMANDS, strict=True)),
        "intro": bundle.wording.text("verify_intro"),
        "unpack": bundle.wording.text("verify_unpack"),
        "published": bundle.wording.text(
            "verify_published", controller=in_language(bundle.catalogue.notice.controller.name, bundle.wording.language)
        ),
        "fingerprint": in_groups(fingerprint(key.public_key())),
        "language": bundle.wording.language,
    }
    templates = environment("assets.rights")
    archive.add(KEY, public_pem(key))
    archive.add("VERIFY.html", templates.get_template("verify.html").render(told).encode())
    archive.add("VERIFY.txt", templates.overlay(autoescape=False).get_template("verify.txt").render(told).encode())
    archive.add(SUMS, "".join(f"{each.sha256}  {each.name}\n" for each in archive.members).encode())
    manifest = json_bytes(_manifest(archive, bundle))
    archive.add(MANIFEST, manifest)
    archive.add(SIGNATURE, key.sign(manifest))


def _manifest(archive: Archive, bundle: Bundle) -> dict[str, Any]:
    holding, notice = bundle.holding, bundle.catalogue.notice
    tables = []
    for table in holding.tables:
        until = kept_until(table, bundle.wording)
        tables.append(
            {
                "table": table.dataset.table,
                "data_set": table.dataset.id,
                "rows": len(table.rows),
                "categories": table.dataset.categories,
                "retention": {
                    "rule": table.dataset.shape.retention,
                    "period": str(table.dataset.rule.limit),
                    "until": until.isoformat() if until else None,
                },
            }
        )
    read = [each.read_at for each in holding.sources if each.read_at is not None]
    return {
        "format": FORMAT,
        "ansvar": version("ansvar"),
        "notice": notice.version.version,
        "catalogue": bundle.catalogue.digest,
        "request": bundle.request.id,
        "kind": bundle.request.kind,
        "language": bundle.wording.language,
        "made_at": exact(bundle.made),
        "data_as_of": {"oldest": exact(min(read, default=None)), "newest": exact(max(read, default=None))},
        "held": holding.is_known,
        "records": holding.records,
        "tables": tables,
        "unread": len(holding.unread),
        "names_known_by": names_known_by(holding),
        **({"kept_by": holding.kept_by} if holding.kept_by else {}),
        "files": [{"file": each.name, "bytes": each.size, "sha256": each.sha256} for each in archive.members],
    }
