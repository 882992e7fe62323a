"""What workers ask for, one module to a category."""

from __future__ import annotations

from commands.demonstration.template import Template
from commands.demonstration.themes import (
    children,
    contracts,
    daily_life,
    democracy,
    hardship,
    hours,
    injury,
    mutual_aid,
    organisation,
    pay,
    safety,
    skills,
    social_insurance,
    stations,
    women,
)

TEMPLATES: tuple[Template, ...] = (
    *pay.TEMPLATES,
    *contracts.TEMPLATES,
    *social_insurance.TEMPLATES,
    *injury.TEMPLATES,
    *safety.TEMPLATES,
    *hours.TEMPLATES,
    *stations.TEMPLATES,
    *daily_life.TEMPLATES,
    *women.TEMPLATES,
    *children.TEMPLATES,
    *hardship.TEMPLATES,
    *mutual_aid.TEMPLATES,
    *skills.TEMPLATES,
    *organisation.TEMPLATES,
    *democracy.TEMPLATES,
)
