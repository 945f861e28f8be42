"""The words that a feature's wiring.py adds to Pyramid's Configurator.

Each directive is a deferred action with a discriminator, so that two plugins that claim the same name fail at start-up, and
an introspectable, so that everything a plugin adds can be listed. Each action carries the plugin's name, because an error that
Pyramid raises while it executes actions would otherwise not say whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from atlasbahamas.jobs.registry import ATTEMPTS, Handler, Job, Schedule
from atlasbahamas.mail.templates import MailTemplate, Prepare, plain_environment
from atlasbahamas.metrics.reading import Metric, Read
from atlasbahamas.plugins.discovery import PluginError
from atlasbahamas.plugins.manifest import Permission, Plugin

CORE = "core"
CORE_PREFIX = "atlas"
_JOB_NAME = re.compile(r"([a-z][a-z_]*)\.[a-z][a-z_]*")
_MAX_JOB_NAME = 80
_METRIC_NAME = re.compile(r"[a-z][a-z0-9_]{0,80}[a-z0-9]")


@dataclass(frozen=True)
class Contribution:
    """One thing that a plugin gives to an extension point. Lower `order` comes first; equal ones sort by plugin."""

    plugin: str
    order: int
    value: Any


class ExtensionPoints:
    """What the active features give to each other: points by name, and the contributions to each."""

    def __init__(self) -> None:
        self._protocols: dict[str, type] = {}
        self._contributions: dict[str, list[Contribution]] = {}

    def declare(self, name: str, protocol: type) -> None:
        """Open a point; contributions must be instances of `protocol` (a class or a runtime-checkable Protocol)."""
        self._protocols[name] = protocol

    def add(self, name: str, contribution: Contribution) -> None:
        """Accept a contribution; one to a point whose feature is not active is ignored (house.md section 3).

        Raises PluginError when the contribution is not of the point's protocol.
        """
        protocol = self._protocols.get(name)
        if protocol is None:
            return
        if not isinstance(contribution.value, protocol):
            raise PluginError(
                f"plugin {contribution.plugin!r}: {contribution.value!r} is not a {protocol.__name__},"
                f" which the extension point {name!r} takes"
            )
        entries = self._contributions.setdefault(name, [])
        entries.append(contribution)
        entries.sort(key=lambda entry: (entry.order, entry.plugin))

    def get(self, name: str) -> list[Any]:
        """Contributions to the point, in their order; empty when nobody gave any."""
        return [entry.value for entry in self._contributions.get(name, ())]


def plugin_of(config: Any) -> str:
    """Name of the plugin whose wiring is running, or "core"."""
    return str(getattr(config.registry, "atlas_wiring", CORE))


def named(*plugins: str) -> str:
    """Plugins as a message names them, each once."""
    return " and ".join("the core" if plugin == CORE else f"plugin {plugin!r}" for plugin in dict.fromkeys(plugins))


def defer(config: Any, kind: str, name: str, execute: Callable[[], None], order: int = 0, **shown: Any) -> None:
    """Register `execute` as a deferred action: the one way in which every directive does its work.

    Raises PluginError when the name is taken: of two actions Pyramid lets the outer one win without a word.
    """
    plugin = plugin_of(config)
    owners: dict[tuple[str, str], str] = config.registry.atlas_owners
    if (kind, name) in owners:
        raise PluginError(f"{named(owners[kind, name], plugin)} claim the same {kind} {name!r}; each needs a name of its own")
    owners[kind, name] = plugin
    introspectable = config.introspectable(f"atlas {kind}", (kind, name), name, kind)
    introspectable.update(plugin=plugin, name=name, **shown)

    def run() -> None:
        try:
            execute()
        except PluginError:
            raise
        except Exception as error:
            raise PluginError(f"plugin {plugin!r}: {kind} {name!r} failed: {error!r}") from error

    config.action(("atlas", kind, name), run, introspectables=(introspectable,), order=order)


def declare_permission(config: Any, permission: Permission) -> None:
    """Declare something that roles may be allowed to do."""
    defer(config, "permission", permission.name, lambda: None, title=permission.title, roles=permission.roles)
    permissions: dict[str, Permission] = config.registry.atlas_permissions
    permissions[permission.name] = permission


def add_role(config: Any, name: str, title: str) -> None:
    """Declare a role, a bundle of permissions that a membership or the platform gives to a person."""
    defer(config, "role", name, lambda: None, title=title)
    config.registry.atlas_roles[name] = title


def add_child(config: Any, parent: type, name: str, node: type) -> None:
    """Hang `node` under every `parent` node as `name`. Two plugins that claim one name are a start-up error.

    The name never contains a digit: keys of rows always do (traversal/keys.py), so neither can hide the other.
    """
    if any(character.isdigit() for character in name):
        raise PluginError(f"plugin {plugin_of(config)!r}: child name {name!r} contains a digit")

    def execute() -> None:
        config.registry.atlas_children.setdefault(parent, {})[name] = node

    defer(config, "child", f"{parent.__module__}.{parent.__qualname__}/{name}", execute, node=node)


def add_mount(config: Any, name: str, node: type) -> None:
    """Hang `node` under the root: its address is `/<name>/`."""
    from atlasbahamas.traversal.nodes import Root

    add_child(config, Root, name, node)


def add_extension_point(config: Any, name: str, protocol: type) -> None:
    """Open a point to which other features may contribute instances of `protocol`."""
    points: ExtensionPoints = config.registry.atlas_points
    defer(config, "extension point", name, lambda: points.declare(name, protocol), order=-20, protocol=protocol)


def contribute(config: Any, point: str, value: Any, *, name: str, order: int = 100) -> None:
    """Give `value` to an extension point under a `name` that is unique in that point and plugin."""
    points: ExtensionPoints = config.registry.atlas_points
    contribution = Contribution(plugin_of(config), order, value)
    label = f"{point}/{contribution.plugin}/{name}"
    defer(config, "contribution", label, lambda: points.add(point, contribution), order=-10, value=value)


def add_job(config: Any, name: str, handler: str | Handler, *, attempts: int = ATTEMPTS) -> None:
    """Declare the work `<plugin>.<verb_phrase>`: `handler(request, payload)` does it, in a transaction of its own.

    `handler` may be a dotted name. A job that raises is tried again, `attempts` times in all, with longer and longer pauses.
    """
    _check_job_name(config, name)
    if attempts < 1:
        raise PluginError(f"plugin {plugin_of(config)!r}: job {name!r} needs at least one attempt")
    jobs: dict[str, Job] = config.registry.atlas_jobs

    def execute() -> None:
        jobs[name] = Job(name, config.maybe_dotted(handler), attempts)

    defer(config, "job", name, execute, handler=handler, attempts=attempts)


def add_schedule(config: Any, name: str, job: str, *, every: timedelta | None = None, at: time | None = None) -> None:
    """Run `job` again and again: `every` so often, or each day `at` a time of day in the site's time zone.

    Each time is one row in the outbox, however many processes keep the schedule; of times that were missed only the latest is
    made up. The job's payload is `{"due": <time in ISO format>}`.
    """
    _check_job_name(config, name)
    try:
        schedule = Schedule(name, job, every=every, at=at)
    except ValueError as error:
        raise PluginError(f"plugin {plugin_of(config)!r}: {error}") from error

    def execute() -> None:
        if job not in config.registry.atlas_jobs:
            raise PluginError(f"schedule {name!r} is for the job {job!r}, which nobody declares")
        config.registry.atlas_schedules[name] = schedule

    defer(config, "schedule", name, execute, order=10, job=job, every=every, at=at)


def add_mail_template(config: Any, name: str, *, prepare: str | Prepare | None = None) -> None:
    """Declare a kind of mail by the name of its template, such as `listings/mail/approved.jinja2` (mail/templates.py).

    `prepare` (or its dotted name) makes, at sending, what must not lie in the database. A template that is not there, or lacks a
    subject or body, is a start-up error.
    """
    templates: dict[str, MailTemplate] = config.registry.atlas_mail_templates

    def execute() -> None:
        found = plain_environment(config.registry).get_template(name)
        if not {"subject", "body"} <= set(found.blocks):
            raise PluginError(f"mail template {name!r} needs the blocks subject and body")
        templates[name] = MailTemplate(name, config.maybe_dotted(prepare))

    # After the templates' search paths and the renderer are there.
    defer(config, "mail template", name, execute, order=20)


def add_metric(config: Any, name: str, text: str, read: str | Read, *, labels: tuple[str, ...] = ()) -> None:
    """Measure something for operators: a gauge `<plugin>_<what>`, that `read(db, now)` reads whenever Prometheus asks.

    `read` (or its dotted name) gives a number, or with `labels` numbers by a tuple of their values, of which there must be few.
    """
    plugin = plugin_of(config)
    prefix = CORE_PREFIX if plugin == CORE else plugin
    if not _METRIC_NAME.fullmatch(name) or not name.startswith(f"{prefix}_"):
        raise PluginError(f"plugin {plugin!r}: {name!r} should be of the form {prefix}_what_is_measured")
    metrics: dict[str, Metric] = config.registry.atlas_metrics

    def execute() -> None:
        metrics[name] = Metric(name, text, config.maybe_dotted(read), labels, plugin)

    defer(config, "metric", name, execute, text=text, labels=labels)


def _check_job_name(config: Any, name: str) -> None:
    plugin = plugin_of(config)
    prefix = CORE_PREFIX if plugin == CORE else plugin
    match = _JOB_NAME.fullmatch(name)
    if match is None or match[1] != prefix or len(name) > _MAX_JOB_NAME:
        raise PluginError(f"plugin {plugin!r}: {name!r} should be of the form {prefix}.verb_phrase")


def include_plugin(config: Any, manifest: Plugin) -> None:
    """Wire one feature: its permissions, templates, static files, and whatever its wiring.py registers.

    Raises PluginError with the plugin's name for anything that goes wrong in it.
    """
    registry = config.registry
    registry.atlas_wiring = manifest.name
    try:
        for permission in manifest.permissions:
            declare_permission(config, permission)
        package = config.maybe_dotted(manifest.wiring.partition(":")[0]).__package__
        config.add_jinja2_search_path(f"{package}:templates")
        config.add_static_view(f"static/{manifest.name}", f"{package}:static", cache_max_age=31536000)
        config.include(manifest.wiring.replace(":", "."))
    except PluginError:
        raise
    except Exception as error:
        raise PluginError(f"plugin {manifest.name!r} cannot be wired: {error!r}") from error
    finally:
        registry.atlas_wiring = CORE


def includeme(config: Any) -> None:
    """Add the directives and the places where they keep what they collect."""
    config.registry.atlas_permissions = {}
    config.registry.atlas_roles = {}
    config.registry.atlas_children = {}
    config.registry.atlas_points = ExtensionPoints()
    config.registry.atlas_jobs = {}
    config.registry.atlas_schedules = {}
    config.registry.atlas_mail_templates = {}
    config.registry.atlas_metrics = {}
    config.registry.atlas_owners = {}
    directives = (
        declare_permission,
        add_role,
        add_child,
        add_mount,
        add_extension_point,
        contribute,
        add_job,
        add_schedule,
        add_mail_template,
        add_metric,
    )
    for directive in directives:
        config.add_directive(directive.__name__, directive)
    config.add_directive("include_plugin", include_plugin, action_wrap=False)
