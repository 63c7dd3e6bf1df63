"""The OneRoster standard, usable alone: models, codecs, client, provider. Knows nothing of classbridge."""
