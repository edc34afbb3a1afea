-- Version 2: logging e-mail. Messages of strangers leave no trace here: a folder's cursor alone says that they were
-- looked at.

-- One mailbox of an account. first_day: when logging began, from which the chosen history counts back.
CREATE TABLE mailbox (
    account INTEGER PRIMARY KEY REFERENCES account,
    first_day TEXT NOT NULL,
    principal TEXT
);

CREATE TABLE mail_folder (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account,
    remote TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    flagged INTEGER NOT NULL,
    listed INTEGER NOT NULL,             -- 0: not there any more
    choices TEXT NOT NULL DEFAULT '',    -- the user's, under which it was read as far as its cursor
    cursor TEXT,
    UNIQUE (account, remote)
);

-- A message with a contact or an account on it.
CREATE TABLE mail_message (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account,
    key TEXT NOT NULL,                   -- the same in every folder and on every computer
    likeness TEXT NOT NULL,              -- of a copy under another Message-ID
    message_id TEXT NOT NULL,
    thread TEXT NOT NULL,                -- message ids of what it answers, a JSON list
    moment TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('received', 'sent')),
    subject TEXT NOT NULL,
    seen_in TEXT NOT NULL,               -- where it was first seen
    state TEXT NOT NULL CHECK (state IN ('ignored', 'open', 'done', 'gone')),
    why TEXT NOT NULL DEFAULT '',        -- why it is ignored
    headers TEXT NOT NULL DEFAULT '',    -- what its records are made of; '' once they are
    failures INTEGER NOT NULL DEFAULT 0,
    not_before TEXT,
    UNIQUE (account, key)
);
CREATE INDEX mail_message_open ON mail_message (account, moment) WHERE state = 'open';
CREATE INDEX mail_message_likeness ON mail_message (account, likeness);

-- Where a message that is not logged yet can be read.
CREATE TABLE mail_place (
    folder INTEGER NOT NULL REFERENCES mail_folder ON DELETE CASCADE,
    remote TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES mail_message ON DELETE CASCADE,
    PRIMARY KEY (folder, remote)
) WITHOUT ROWID;
CREATE INDEX mail_place_message ON mail_place (message);

-- Its record for one contact or account. Written before it is sent, so that a crash leaves a question, never a guess.
CREATE TABLE mail_record (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES mail_message ON DELETE CASCADE,
    ext_id TEXT NOT NULL,
    address TEXT NOT NULL,               -- what the contact or account was known by
    contact INTEGER,
    company INTEGER,                     -- the CRM's account
    state TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'done')),
    sent_at TEXT,
    remote TEXT NOT NULL DEFAULT '',     -- its id in the CRM
    UNIQUE (message, ext_id)
);
CREATE INDEX mail_record_contact ON mail_record (contact);
CREATE INDEX mail_record_company ON mail_record (company);

-- Conversations that the user took out, by the ids of their messages, or by the keys of those without.
CREATE TABLE mail_excluded (
    account INTEGER NOT NULL REFERENCES account,
    message_id TEXT NOT NULL,
    PRIMARY KEY (account, message_id)
) WITHOUT ROWID;

-- Addresses whose mail is logged from now on, and folders in which that of earlier is still to be looked for.
CREATE TABLE mail_address (
    account INTEGER NOT NULL REFERENCES account,
    address TEXT NOT NULL,
    PRIMARY KEY (account, address)
) WITHOUT ROWID;
CREATE TABLE mail_backfill (
    address TEXT NOT NULL,
    folder INTEGER NOT NULL REFERENCES mail_folder ON DELETE CASCADE,
    PRIMARY KEY (folder, address)
) WITHOUT ROWID;
