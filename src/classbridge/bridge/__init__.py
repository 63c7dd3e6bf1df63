"""The domain: what may be linked, who is matched, what is sent, what is held. No input, no output, no clock."""
