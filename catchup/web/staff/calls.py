"""Making a call: starting, attempts, the conversation."""
