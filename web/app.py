"""The only place where the application is put together."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from cases.access import Cost
from cases.record.database import engine
from config import logs
from config.settings import Settings, load
from web import errors, health, schedule
from web.access import NotSignedIn
from web.api import attachments, cases, docs, record, reports, same, voices
from web.api import inbox as inbox_api
from web.api import people as people_api
from web.api.description import Described
from web.guards import BodyLimit, SameOrigin
from web.headers import SecurityHeaders
from web.pages import (
    account,
    admin,
    admin_news,
    audit,
    calendars,
    case,
    desk,
    endorse,
    erasure,
    explain,
    identity,
    inbox,
    language,
    news_settings,
    open_submit,
    opening_up,
    overdue,
    people,
    posters,
    questions,
    search,
    second_step,
    sign_in,
    submit,
    track,
    unfinished,
)
from web.pages.forms import OutdatedForm
from web.proxies import Proxies
from web.receipts import NoReceipt
from web.render import STATIC

API = "/api/v1"


def create_app(settings: Settings) -> FastAPI:
    """Return the application of an installation; its schedule starts and stops with it."""
    app = Described(
        title="Bihuan 闭环",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        middleware=[
            Middleware(Proxies, settings.proxies),
            Middleware(SecurityHeaders, settings),
            Middleware(BodyLimit),
            Middleware(SameOrigin),
        ],
    )
    app.state.settings = settings
    app.state.engine = engine(settings.database)
    app.state.node = schedule.node_name()
    app.state.schedule = None  # until the application starts
    app.state.password_cost = Cost(settings.password_memory, settings.password_passes, settings.password_lanes)
    errors.install(app)
    app.add_exception_handler(NotSignedIn, sign_in.ask_again)
    app.add_exception_handler(NoReceipt, track.ask_again)
    app.add_exception_handler(OutdatedForm, unfinished.show_again)
    for api in (cases, record, attachments, reports, voices, inbox_api, people_api, same):
        app.include_router(api.router, prefix=API)
    pages = (
        admin,
        admin_news,
        audit,
        calendars,
        sign_in,
        second_step,
        account,
        language,
        desk,
        submit,
        open_submit,
        track,
        overdue,
        search,
        posters,
        endorse,
        questions,
        inbox,
        news_settings,
        people,
        explain,
        erasure,
        identity,
        opening_up,
        case,
    )
    for part in (docs, health, *pages):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def from_environment() -> FastAPI:
    """Return the application of this process's environment, for servers that start several workers."""
    logs.set_up()
    return create_app(load(os.environ))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    running = app.state.schedule = schedule.Schedule(app.state.engine, app.state.node, app.state.settings)
    await run_in_threadpool(running.start)
    try:
        yield
    finally:
        await run_in_threadpool(running.shutdown)
