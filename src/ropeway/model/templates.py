"""What jobs are made from, by Graph's names."""

from __future__ import annotations

from collections.abc import Mapping

from ropeway.model.job import SourceKind

TEMPLATES: Mapping[str, SourceKind] = {
    "AD2AADProvisioning": "active-directory", "API2AAD": "uploads", "LDIF2AADProvisioning": "ldif",
}  # fmt: skip
"""Template to the kind of its source. Two are Entra's; that of LDIF is Ropeway's own, named alike."""
TEMPLATE_OF = {kind: template for template, kind in TEMPLATES.items()}
