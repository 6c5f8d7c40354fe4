"""Puts the repository's address into the package's metadata when that is built."""

from __future__ import annotations

from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# What stands for the address in the long description.
PLACEHOLDER = "repository:"


class RepositoryHook(MetadataHookInterface):
    """Has to come after the hook that makes the long description."""

    def update(self, metadata: dict[str, Any]) -> None:
        address = self.config["repository"]
        readme = metadata["readme"]
        readme["text"] = readme["text"].replace(PLACEHOLDER, address)
        metadata["urls"] = {
            "Homepage": address,
            "Documentation": f"{address}/blob/main/docs/index.md",
            "Changelog": f"{address}/blob/main/CHANGELOG.md",
            "Issues": f"{address}/issues",
        }
