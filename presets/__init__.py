"""Presets: descriptions of sources as they really are, which a company copies into its register and fills in (docs/presets.md)."""
