"""Push in the running service: asks hubs when something is due, answers their calls, works off what they bring."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from aggregator.errors import StoreError, UnknownFeedError
from aggregator.lean import structlog
from aggregator.model import Delivery, FeedId, Offer, PushPhase, Source, Subscription
from aggregator.pipeline.receive import receive
from aggregator.ports import HubClient, Ports, Postroom
from aggregator.push import Ask, End, Rejected, Wait, ask, check, end, form_of, next_step, refused, verify

log = structlog.get_logger()

TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")
MOST_WAITING, MOST_BYTES = 200, 50_000_000
"""Deliveries and their bytes that may wait to be read; beyond that hubs are asked to try again."""
LOOK_AT = 1_000
MOST_NOTES = 100
"""Notes on subscriptions that may wait to be written; a hub must not wait for the disk."""
AT_ONCE = 4
"""Requests to hubs in flight, at most one a host."""
TRY_AGAIN = 503


class PushDesk:
    """Implements `aggregator.ports.Push`. ``received`` counts deliveries that were recorded."""

    def __init__(self, ports: Ports, room: Postroom, hub: HubClient, callback: str, feeds: Iterable[Source]) -> None:
        """``callback`` is the public address that tokens are put behind."""
        self._ports, self._room, self._hub, self._callback = ports, room, hub, callback
        self._feeds = _polled(feeds)
        self._waiting: asyncio.Queue[Delivery] = asyncio.Queue()
        self._bytes = 0
        self._working: asyncio.Task[None] | None = None
        self._notes: set[asyncio.Task[None]] = set()
        self.received = 0

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The words to answer a hub's question with, ``None`` for 404 (H-82)."""
        try:
            return await self._ports.write(lambda: self._verified(token, query))
        except StoreError as fault:
            log.error("a hub's question could not be answered", error=str(fault))
            return None

    def _verified(self, token: str, query: Mapping[str, str]) -> str | None:
        """Runs where writing is allowed: what is expected may change while a hub waits for its answer."""
        now, subscription = self._ports.clock.now(), self._find(token)
        if subscription is None:
            return None
        found = verify(subscription, query, now)
        if isinstance(found, Rejected):
            log.warning("a hub's question was refused", **_facts(subscription), reason=found.reason)
            return None
        with self._ports.ledger.transaction():
            self._room.subscriptions.put(found.subscription)
            if found.subscription.phase is PushPhase.ACTIVE:
                self._let_go(found.subscription)
        log.info("subscription", **_facts(found.subscription))
        return found.words

    def _let_go(self, verified: Subscription) -> None:
        """What this one takes the place of is looked at soon (H-83)."""
        now = self._ports.clock.now()
        for other in self._room.subscriptions.of(verified.feed_id):
            if other.token != verified.token and other.next_at is not None:
                self._room.subscriptions.put(replace(other, next_at=now))

    def admit(self, token: str) -> int:
        """Whether content may come here: 202, 404 for a stranger, 410 for what is over (H-84)."""
        try:
            subscription = self._find(token)
        except StoreError:
            return TRY_AGAIN
        if subscription is None:
            return 404
        over = subscription.phase in (PushPhase.ENDED, PushPhase.DENIED) or subscription.feed_id not in self._feeds
        return 410 if over else 202

    async def deliver(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take content whose signature is right; a wrong one is dropped, and the hub hears the same (H-84)."""
        subscription = self._find(token)
        if subscription is None or (status := self.admit(token)) != 202:
            return 404 if subscription is None else status
        found = check(subscription.secret, headers.get("x-hub-signature", ""), body)
        if not found.genuine:
            log.warning("a delivery was dropped", **_facts(subscription), reason=found.reason)
            self._note(token, genuine=False)
            return 202
        if self._waiting.qsize() >= MOST_WAITING or self._bytes + len(body) > MOST_BYTES:
            log.warning("too many deliveries wait; the hub may try again", **_facts(subscription))
            return TRY_AGAIN
        self._bytes += len(body)
        self._waiting.put_nowait(
            Delivery(
                feed_id=subscription.feed_id,
                topic=subscription.topic,
                body=body,
                content_type=headers.get("content-type"),
                at=self._ports.clock.now(),
            )
        )
        self._note(token, genuine=True)
        return 202

    def _note(self, token: str, *, genuine: bool) -> None:
        if len(self._notes) < MOST_NOTES:
            note = asyncio.create_task(self._count(token, genuine=genuine))
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)

    async def _count(self, token: str, *, genuine: bool) -> None:
        """Note a delivery on its subscription, as it is by then."""

        def count() -> None:
            known = self._find(token)
            if known is not None and genuine:
                at = self._ports.clock.now()
                self._room.subscriptions.put(replace(known, deliveries=known.deliveries + 1, delivered_at=at))
            elif known is not None:
                self._room.subscriptions.put(replace(known, rejected=known.rejected + 1))

        try:
            await self._ports.write(count)
        except StoreError as fault:
            log.error("a delivery could not be counted", error=str(fault))

    def _find(self, token: str) -> Subscription | None:
        return self._room.subscriptions.get(token) if TOKEN.fullmatch(token) else None

    def begin(self) -> None:
        """Work off deliveries from now on. Must be called on the event loop."""
        self._working = asyncio.create_task(self._work(), name="push")

    async def _work(self) -> None:
        while True:
            delivery = await self._waiting.get()
            try:
                await receive(delivery, self._ports)
                self.received += 1
            except (StoreError, UnknownFeedError) as fault:
                log.error("a delivery could not be stored", feed=delivery.feed_id, error=str(fault))
            except Exception:
                log.exception("a delivery failed by a fault of ours", feed=delivery.feed_id)
            finally:
                self._bytes -= len(delivery.body)
                self._waiting.task_done()

    async def settled(self) -> None:
        """Return when nothing waits to be read or noted."""
        await self._waiting.join()
        await asyncio.gather(*self._notes, return_exceptions=True)

    async def stop(self, grace: float) -> int:
        """Work off what waits for ``grace`` seconds; returns how much was left to the backup polls."""
        try:
            async with asyncio.timeout(grace):
                await self.settled()
        except TimeoutError:
            pass
        left = self._waiting.qsize()
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        return left

    async def configure(self, feeds: Iterable[Source]) -> None:
        """Take a new feed list: subscriptions of feeds that are polled no more are given up at the next beat."""
        before, self._feeds = self._feeds, _polled(feeds)
        room, now = self._room.subscriptions, self._ports.clock.now()

        def hurry() -> None:
            for feed_id in before - self._feeds:
                for subscription in room.of(feed_id):
                    if subscription.next_at is not None:
                        room.put(replace(subscription, next_at=now))

        if before - self._feeds:
            await self._ports.write(hurry)

    async def beat(self) -> None:
        """Do what is due, one request to a host and beat."""
        try:
            due = self._room.subscriptions.due(self._ports.clock.now(), LOOK_AT)
            chosen = _one_a_host(due)
            await asyncio.gather(*(self._step(each) for each in chosen[:AT_ONCE]))
        except StoreError as fault:
            log.error("no subscription could be looked at", error=str(fault))

    async def _step(self, subscription: Subscription) -> None:
        asked = await self._ports.write(lambda: self._decided(subscription.token))
        if asked is None:
            return
        answer = await self._hub(asked.hub, form_of(asked, self._callback + asked.token))
        log.info("hub asked", **_facts(asked), accepted=answer.accepted, detail=answer.detail)
        if not answer.accepted:
            detail, retry_at = answer.detail, answer.retry_at
            await self._ports.write(lambda: self._put_off(asked, detail, retry_at))

    def _decided(self, token: str) -> Subscription | None:
        """What is stored before the hub is asked; ``None`` where it need not be. Runs where writing is allowed."""
        now, room = self._ports.clock.now(), self._room.subscriptions
        subscription = room.get(token)
        if subscription is None:
            return None
        siblings = [each for each in room.of(subscription.feed_id) if each.token != token]
        match next_step(subscription, self._offer(subscription.feed_id), siblings, now):
            case Ask() as step:
                after = ask(subscription, step, now)
                room.put(after)
                return after
            case End(reason=reason):
                room.put(end(subscription, reason, now))
            case Wait(until=until):
                room.put(replace(subscription, next_at=until))
        return None

    def _put_off(self, asked: Subscription, detail: str, retry_at: datetime | None) -> None:
        """A refusal; unless the hub has verified all the same."""
        known = self._room.subscriptions.get(asked.token)
        if known is not None and known.asked_at == asked.asked_at and known.attempts == asked.attempts:
            self._room.subscriptions.put(refused(known, detail, retry_at, self._ports.clock.now()))

    def _offer(self, feed_id: FeedId) -> Offer | None:
        """What the feed offers now; ``None`` where it is polled no more."""
        if feed_id not in self._feeds:
            return None
        health = self._ports.sources.get(feed_id)[1].push
        return Offer(hub=health.hub, topic=health.topic, why=health.why)


def _polled(feeds: Iterable[Source]) -> frozenset[FeedId]:
    return frozenset(source.id for source in feeds if source.enabled)


def _one_a_host(due: Sequence[Subscription]) -> list[Subscription]:
    """The earliest of each host of a hub: hubs serve many feeds, and are asked one thing at a time (H-70)."""
    first: dict[str, Subscription] = {}
    for subscription in due:
        first.setdefault(urlsplit(subscription.hub).hostname or subscription.hub, subscription)
    return list(first.values())


def _facts(subscription: Subscription) -> dict[str, str]:
    """What a log line may tell: neither token nor secret."""
    return {
        "feed": subscription.feed_id,
        "hub": subscription.hub,
        "phase": str(subscription.phase),
        "mode": str(subscription.mode),
        "because": subscription.reason,
    }
