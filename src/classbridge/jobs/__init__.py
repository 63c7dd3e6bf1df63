"""Durable workflows and schedules. Only this room imports the job engine."""
