"""The relay: what was put into the outbox is rendered and sent, through a deployment's channels."""
