"""Makes more of the generated requests good: ids that are there, countries and passwords that are known."""

import schemathesis

TEXTS = {
    "country": "Austria",
    "country_code": "AT",
    "password": "s3cret-pass",
    "password_confirmation": "s3cret-pass",
    "new_password": "s3cret-pass",
    "scope": "store/customer/*",
}


# As many as stores.yaml has of a kind; of others there are at least twenty.
COUNTS = {"customer_group_id": 2, "group_id": 2, "attribute_id": 3, "origin_channel_id": 1, "channel_id": 2, "hook_id": 4}


def likely(key, value):
    """The value, or one of its type that is more likely to be good. What is wrong on purpose stays so."""
    if isinstance(value, dict):
        return {name: likely(name, inner) for name, inner in value.items()}
    if key == "form_fields" and isinstance(value, list):
        return [over(inner, {"name": "Remarks"}) for inner in value]
    if isinstance(value, list):
        return [likely(key, inner) for inner in value]
    if isinstance(value, str) and value:
        return TEXTS.get(key, value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        if key == "channel_ids":
            return 1
        if key == "id" or key.endswith("_id"):
            return 1 + value % COUNTS.get(key, 20)
    return value


def over(value, more):
    """The values of an object over those of another one that has the same keys."""
    if not isinstance(value, dict):
        return value
    return {name: more.get(name, inner) if isinstance(inner, str) else inner for name, inner in value.items()}


@schemathesis.hook
def map_body(context, body):
    return likely("", body)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    return likely("", path_parameters)


@schemathesis.hook
def filter_query(context, query):
    # As good as none, but not in the list of what can be included.
    return not query or query.get("include") not in ("", [""])
