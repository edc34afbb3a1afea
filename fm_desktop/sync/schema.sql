-- Version 1. State is observations and the base they are compared with; never queued work.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    crm_user TEXT NOT NULL,
    address TEXT NOT NULL,
    crm_principal TEXT,        -- who each server says we are; a change holds everything
    provider_principal TEXT
);

-- Calendars at the provider, and the one agenda at the CRM.
CREATE TABLE collection (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account,
    side TEXT NOT NULL CHECK (side IN ('crm', 'provider')),
    remote TEXT NOT NULL,
    name TEXT NOT NULL,
    colour TEXT NOT NULL DEFAULT '',
    writable INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    position INTEGER NOT NULL,
    selected INTEGER NOT NULL,
    target INTEGER NOT NULL DEFAULT 0,   -- where items born in the CRM go
    missing INTEGER NOT NULL DEFAULT 0,  -- not listed by the server any more
    cursor TEXT,
    compared_at TEXT,                    -- last complete comparison
    importing INTEGER DEFAULT 0,         -- items its first import has copied so far; NULL once that is complete
    suspect TEXT NOT NULL DEFAULT '',    -- why its last listing is not believed
    UNIQUE (account, side, remote)
);

-- What each side holds, byte for byte.
CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collection ON DELETE CASCADE,
    remote TEXT NOT NULL,
    revision TEXT,
    confirmed INTEGER NOT NULL,          -- 0: as we wrote it, not yet read back
    replaced TEXT,                       -- the revision our last write replaced: seen again, it is a stale read
    uid TEXT NOT NULL,                   -- iCalendar UID; at the CRM the extId
    series INTEGER NOT NULL DEFAULT 0,
    people TEXT NOT NULL DEFAULT '',     -- addresses on it, each between blanks
    broken TEXT NOT NULL DEFAULT '',
    raw BLOB NOT NULL,
    first_seen TEXT NOT NULL,
    UNIQUE (collection, remote)
);
CREATE INDEX resource_uid ON resource (uid);

-- One item known, or to be known, on both sides. ext_id is its identity on every computer.
CREATE TABLE link (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account,
    ext_id TEXT NOT NULL,
    uid TEXT NOT NULL DEFAULT '',        -- '' while only a CRM row with our mark is known
    recurrence TEXT NOT NULL DEFAULT '', -- original start of an occurrence
    origin TEXT NOT NULL CHECK (origin IN ('crm', 'provider')),
    collection INTEGER REFERENCES collection ON DELETE SET NULL, -- its calendar, also after it is gone from there
    provider_resource INTEGER REFERENCES resource ON DELETE SET NULL,
    crm_resource INTEGER UNIQUE REFERENCES resource ON DELETE SET NULL,
    provider TEXT, crm TEXT,             -- projections last seen
    base_provider TEXT, base_crm TEXT,   -- projections both sides agreed on, as each showed them
    facts TEXT NOT NULL DEFAULT '{}',
    ignored TEXT NOT NULL DEFAULT '',    -- why nothing is copied
    detached INTEGER NOT NULL DEFAULT 0, -- its calendar takes no part any more
    quarantined INTEGER NOT NULL DEFAULT 0,
    excluded INTEGER NOT NULL DEFAULT 0, -- the user undid its copy
    dirty INTEGER NOT NULL DEFAULT 1,
    echo_provider TEXT, echo_crm TEXT,   -- what we wrote and have not read back yet
    failures INTEGER NOT NULL DEFAULT 0,
    not_before TEXT,
    wish TEXT,                           -- the user's undo, until it is carried out
    ended_at TEXT,                       -- gone on both sides; kept 90 days against late echoes
    UNIQUE (account, ext_id)
);
CREATE INDEX link_uid ON link (uid);
CREATE INDEX link_dirty ON link (account) WHERE dirty;
CREATE INDEX link_provider ON link (provider_resource);

-- The journal: written before anything is sent, so that a crash leaves a question, never a guess.
CREATE TABLE operation (
    id INTEGER PRIMARY KEY,
    link INTEGER NOT NULL REFERENCES link ON DELETE CASCADE,
    side TEXT NOT NULL,
    verb TEXT NOT NULL CHECK (verb IN ('create', 'update', 'delete')),
    state TEXT NOT NULL CHECK (state IN ('sending', 'unknown', 'done', 'failed')),
    collection INTEGER NOT NULL REFERENCES collection,
    remote TEXT NOT NULL DEFAULT '',     -- the row or path written to, or created
    body TEXT NOT NULL,                  -- projection of a create, patch of an update
    planned_on TEXT NOT NULL,            -- both projections the plan was made on
    why TEXT NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    cycle INTEGER NOT NULL,
    sent_at TEXT NOT NULL,
    finished_at TEXT
);
CREATE INDEX operation_open ON operation (state) WHERE state IN ('sending', 'unknown');
CREATE INDEX operation_link ON operation (link);
CREATE INDEX operation_remote ON operation (remote);

-- What waits for the user's word. One per link and write. No number is given twice: the list that a person decides
-- by may be older than what waits now.
CREATE TABLE held (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    link INTEGER NOT NULL REFERENCES link ON DELETE CASCADE,
    side TEXT NOT NULL,
    verb TEXT NOT NULL,
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    decision TEXT CHECK (decision IN ('approved', 'keep')),
    since TEXT NOT NULL,
    UNIQUE (link, side, verb)
);

CREATE TABLE problem (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account,
    key TEXT NOT NULL,                   -- what it is about, so that it is told once
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    next_step TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account, key)
);

CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account,
    at TEXT NOT NULL,
    cycle INTEGER NOT NULL,
    link INTEGER REFERENCES link ON DELETE SET NULL,
    side TEXT NOT NULL,
    verb TEXT NOT NULL,
    title TEXT NOT NULL,
    why TEXT NOT NULL,
    fields TEXT NOT NULL DEFAULT '[]',   -- names of the fields written
    puts_back INTEGER NOT NULL DEFAULT 0,
    before TEXT NOT NULL DEFAULT '{}',   -- field values overwritten, or the whole projection removed
    after TEXT NOT NULL DEFAULT '{}',
    lost TEXT NOT NULL DEFAULT '[]',     -- values of the other side that the policy overwrote
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX history_link ON history (link, at);

-- What the user is to be told (R25); the desktop shows them, the command line lists them.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    link INTEGER REFERENCES link ON DELETE SET NULL,
    text TEXT NOT NULL,
    shown INTEGER NOT NULL DEFAULT 0
);

-- What deleted items were, byte for byte, for an undo.
CREATE TABLE graveyard (
    link INTEGER NOT NULL REFERENCES link ON DELETE CASCADE,
    side TEXT NOT NULL,
    raw BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (link, side)
) WITHOUT ROWID;

-- Pause and stop per channel (R05).
CREATE TABLE control (
    channel TEXT PRIMARY KEY CHECK (channel IN ('email', 'calendar')),
    state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'stopped')),
    until TEXT
);
