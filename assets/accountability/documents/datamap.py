"""The data map: sources → categories → purposes → recipients, as nodes and links with the number of fields that each stands for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from assets.accountability.documents.reading import category_label, personal_fields
from assets.accountability.documents.speaking import said, texts, told
from resources.catalogue.receiving import recipients_of

if TYPE_CHECKING:
    from assets.accountability.documents.model import Content
    from resources.catalogue import Catalogue

KINDS = ("source", "category", "purpose", "recipient")
ALONE = "recipient:controller"


def data_map(catalogue: Catalogue) -> Content:
    """The map as plain data, in every language.

    A node has an id (`kind:name`), a label and the number of fields; a category also its `group`, the category of the second level that
    it belongs to. A link leads from a node to one of the next kind. A field that serves two purposes counts for both; one that
    nobody receives leads to `recipient:controller`.
    """
    notice = catalogue.notice
    fields: Counter[str] = Counter()
    links: Counter[tuple[str, str]] = Counter()
    for dataset, field in personal_fields(catalogue):
        source, category = f"source:{dataset.source}", f"category:{field.shape.category}"
        purposes = [f"purpose:{each}" for each in field.purposes]
        received = {
            each: [f"recipient:{name}" for name in recipients_of(catalogue, dataset, field, each)] or [ALONE] for each in field.purposes
        }
        fields.update([source, category, *purposes, *{recipient for recipients in received.values() for recipient in recipients}])
        links.update([(source, category), *((category, each) for each in purposes)])
        links.update((f"purpose:{purpose}", recipient) for purpose, recipients in received.items() for recipient in recipients)
    labels = {f"source:{name}": told(source.shape.label) for name, source in catalogue.sources.items()}
    labels |= {f"category:{key}": told(category_label(catalogue, key)) for key in catalogue.vocabulary.categories}
    labels |= {f"purpose:{name}": told(purpose.label) for name, purpose in notice.purposes.items()}
    labels |= {f"recipient:{name}": told(recipient.label) for name, recipient in notice.recipients.items()}
    labels[ALONE] = told(texts()["controller_alone"])
    groups = {group for node in fields if node.startswith("category:") for group in (_group(node),)}
    shown = [node for node in labels if node in fields or node in groups]
    return {
        "register": told(notice.name),
        "version": notice.version.version,
        "date": notice.version.date.isoformat(),
        "controller": said(notice.controller.name),
        "nodes": [_node(node, labels[node], fields[node]) for node in shown],
        "links": [{"from": start, "to": end, "fields": links[start, end]} for start in shown for end in shown if (start, end) in links],
    }


def grouped(drawn: Content) -> Content:
    """The map with the categories folded into those of the second level; each group bears the labels of what it `comprises`."""
    group_of = {node["id"]: node.get("group", node["id"]) for node in drawn["nodes"]}
    nodes: dict[str, Any] = {
        node["id"]: node | {"fields": 0, "comprises": []} for node in drawn["nodes"] if group_of[node["id"]] == node["id"]
    }
    for node in drawn["nodes"]:
        group = nodes[group_of[node["id"]]]
        group["fields"] += node["fields"]
        if node["kind"] == "category" and node["fields"]:
            group["comprises"].append({"label": node["label"], "fields": node["fields"]})
    links: Counter[tuple[str, str]] = Counter()
    for link in drawn["links"]:
        links[group_of[link["from"]], group_of[link["to"]]] += link["fields"]
    folded = [{"from": start, "to": end, "fields": number} for (start, end), number in links.items()]
    return drawn | {"nodes": list(nodes.values()), "links": folded}


def _node(node: str, label: Content, fields: int) -> Content:
    kind = node.partition(":")[0]
    group = {"group": _group(node)} if kind == "category" else {}
    return {"id": node, "kind": kind, "label": label, "fields": fields, **group}


def _group(category: str) -> str:
    return ".".join(category.split(".")[:2])
