"""Prints a document in which no answer may have a key that is not listed. Usage: tighten.py URL"""

import json
import sys
import urllib.request


def tighten(schema, document, seen):
    """Closes every object in a schema, following references."""
    if isinstance(schema, list):
        for inner in schema:
            tighten(inner, document, seen)
    elif isinstance(schema, dict):
        reference = schema.get("$ref")
        if reference and reference not in seen:
            seen.add(reference)
            target = document
            for part in reference.removeprefix("#/").split("/"):
                target = target[part]
            tighten(target, document, seen)
        if "properties" in schema and "schema" not in schema:
            schema.setdefault("additionalProperties", False)
        for inner in schema.values():
            tighten(inner, document, seen)


with urllib.request.urlopen(sys.argv[1]) as answer:
    document = json.load(answer)
for methods in document["paths"].values():
    for operation in methods.values():
        tighten(operation["responses"], document, set())
json.dump(document, sys.stdout)
