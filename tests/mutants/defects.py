"""The defects: one change of one place each, of the kind that costs or doubles a meeting, or mails a customer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """`before` stands exactly once in `path` (below `fm_desktop`), and is replaced by `after`."""

    name: str
    path: str
    before: str
    after: str


DEFECTS = (
    # --- writes whose answer was lost ---
    Defect(
        "an unknown outcome is planned anew without asking",
        "sync/probe.py",
        "                left += not self._answer(entry, now)",
        '                self._never_mind(entry, now, "not asked")',
    ),
    Defect(
        "a lost answer counts as a failure",
        "sync/execute.py",
        'state = "unknown" if isinstance(error, OutcomeUnknown) else "failed"',
        'state = "failed"',
    ),
    Defect(
        "what was being sent when the process died counts as a failure",
        "sync/journal.py",
        "\"UPDATE operation SET state = 'unknown' WHERE state = 'sending'\"",
        "\"UPDATE operation SET state = 'failed' WHERE state = 'sending'\"",
    ),
    Defect(
        "a write is journalled after it was sent",
        "sync/execute.py",
        "            sent = [(job, self._pool.submit(self._send, job)) for job in jobs]",
        "            self._state.store.run(\"UPDATE operation SET state = 'failed' WHERE state = 'sending'\")\n"
        "            sent = [(job, self._pool.submit(self._send, job)) for job in jobs]",
    ),
    Defect(
        "a create whose answer was lost is sent again at once",
        "sync/execute.py",
        "            return port.create(job.collection, identity, operation.value)",
        "            try:\n"
        "                return port.create(job.collection, identity, operation.value)\n"
        "            except OutcomeUnknown:\n"
        "                return port.create(job.collection, identity, operation.value)",
    ),
    # --- identity ---
    Defect(
        "identities are drawn, not derived",
        "sync/identity.py",
        "    return EXT_PREFIX + base64.b32encode(digest).decode().lower()",
        "    return EXT_PREFIX + uuid.uuid4().hex",
    ),
    Defect(
        "a second row of ours stays",
        "sync/second_rows.py",
        "        if state.journal.made(row.collection, row.ref.id) or relinker.is_a_forgotten_slip(row, now):",
        "        if False:",
    ),
    Defect(
        "any second row is removed, whoever made it",
        "sync/second_rows.py",
        "        if state.journal.made(row.collection, row.ref.id) or relinker.is_a_forgotten_slip(row, now):",
        "        if True:",
    ),
    # --- reading ---
    Defect(
        "the cursor is kept although the listing is not believed",
        "sync/observe.py",
        "            cursor = None if suspect else changes.cursor",
        "            cursor = changes.cursor",
    ),
    Defect(
        "an empty listing is believed",
        "sync/observe.py",
        "            elif absent:",
        "            elif False:",
    ),
    Defect(
        "the cursor is saved before what came with it",
        "sync/observe.py",
        "            present = (*changes.present, *still_there)\n",
        "            present = ()\n",
    ),
    # --- decisions ---
    Defect(
        "a deletion is carried out at first sight",
        "sync/cycle.py",
        "        if operation.verb is Verb.DELETE and key not in seen:",
        "        if False:",
    ),
    Defect(
        "a deletion beats an edit",
        "sync/plan.py",
        "    (_D, _C): Action.COPY_TO_PROVIDER,",
        "    (_D, _C): Action.DELETE_AT_CRM,",
    ),
    Defect(
        "a deletion in the calendar beats the CRM's edit, the other way round",
        "sync/plan.py",
        "    (_C, _D): Action.COPY_TO_CRM,",
        "    (_C, _D): Action.DELETE_AT_PROVIDER,",
    ),
    Defect(
        "what a participant may not edit is written to the calendar",
        "sync/policy.py",
        "        return not (self.guest or self.series or self.masked or self.read_only)",
        "        return not (self.masked or self.read_only)",
    ),
    Defect(
        "the base is what is there by now, not what was written",
        "sync/settle.py",
        "        other = other if echoed is None else getattr(link, there)",
        "        other = getattr(link, there)",
    ),
    Defect(
        "raw values are compared: what a server cut or tidied is an edit",
        "sync/merge.py",
        '    if sent == seen or field in ("party", "locked"):\n        return True\n',
        "    return sent == seen\n",
    ),
    Defect(
        "an edit of a shortened text costs its tail",
        "sync/merge.py",
        "    return crm.text + provider_before.text[len(crm_before.text) :]",
        "    return crm.text",
    ),
    Defect(
        "a conflict counts as done",
        "sync/execute.py",
        "            self._state.links.update(job.link, dirty=True)\n            return True",
        "            shown = {'base_provider': job.link.provider, 'base_crm': job.link.crm}\n"
        "            self._state.links.update(job.link, **shown, dirty=False)\n            return False",
    ),
    # --- guards ---
    Defect(
        "mass deletions go on",
        "sync/guard.py",
        "        if count > max(DELETIONS_FREE, DELETIONS_SHARE * living):",
        "        if False:",
    ),
    Defect(
        "writes that mail other people are not asked about",
        "sync/guard.py",
        "    if operation.side is Side.CRM or not _sends_mail(operation, standing) or not scene.ask_before_notifying:",
        "    if True:",
    ),
    Defect(
        "what an unbelievable listing says is carried out",
        "sync/guard.py",
        "    if operation.verb is not Verb.UPDATE and standing.suspect:",
        "    if False:",
    ),
    # --- choices ---
    Defect(
        "a copy taken out by choice carries no mark",
        "sync/identity.py",
        "    return RELEASED_PREFIX + ext_id.removeprefix(EXT_PREFIX)",
        "    return ext_id",
    ),
    Defect(
        "an occurrence that was removed in the calendar stays in the CRM",
        "sync/recognise.py",
        "        if override is not None and override.cancelled:",
        "        if False:",
    ),
    Defect(
        "an item that failed three times is tried for ever",
        "sync/execute.py",
        "        quarantined = failures >= TRIES",
        "        quarantined = False",
    ),
    # --- e-mail ---
    Defect(
        "a record is made without asking whether it is there",
        "sync/mail/log.py",
        "        found = self._log.find([record.ext_id for every in records.values() for record in every])",
        "        found: Found = {}",
    ),
    Defect(
        "a record whose answer was lost is made again before the list can show it",
        "sync/mail/log.py",
        "                elif each.sent_at is not None and now < each.sent_at + DOUBT:",
        "                elif False:",
    ),
    Defect(
        "a record whose answer was lost counts as not sent",
        "sync/mail/log.py",
        "        except (Refused, SignInNeeded, Throttled, Unreachable):",
        "        except (OutcomeUnknown, Refused, SignInNeeded, Throttled, Unreachable):",
    ),
    Defect(
        "a message in another folder is another message",
        "sync/mail/identity.py",
        '        return f"id:{_digest(headers.message_id, *written)}"',
        '        return f"id:{_digest(headers.message_id, heading.ref.folder, *written)}"',
    ),
    Defect(
        "who becomes a contact brings no earlier mail",
        "sync/mail/backfill.py",
        "        new, now = set(addresses) - known, set(addresses)",
        "        new, now = set[str](), set(addresses)",
    ),
    Defect(
        "a conversation that the user took out is logged",
        "sync/mail/match.py",
        "    if excluded and not excluded.isdisjoint((headers.message_id or message_key(heading), *headers.thread)):",
        "    if False:",
    ),
)
