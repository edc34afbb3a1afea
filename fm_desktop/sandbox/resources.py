"""The resources of the API and their fields, as data: everything else is derived from here.

Field sets, limits and required fields follow the vendor's published pages; only links to lists that
a calendar or a directory has no use for are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fm_desktop.sandbox.fields import FILE_NAME_LIMIT, JSON_TYPES, Field, Kind

AUDIT = (
    Field("deleted", Kind.BOOLEAN, read_only=True, nullable=False, default=0),
    Field("dateCreated", Kind.MOMENT, read_only=True, indexed=True),
    Field("dateUpdated", Kind.MOMENT, read_only=True, indexed=True),
    Field("dateDeleted", Kind.MOMENT, read_only=True, indexed=True),
    # Bare ids, unlike every other link.
    Field("salesRepIdCreated", Kind.INTEGER, read_only=True),
    Field("salesRepIdUpdated", Kind.INTEGER, read_only=True),
    Field("salesRepIdDeleted", Kind.INTEGER, read_only=True),
)
ID = Field("id", Kind.INTEGER, read_only=True, nullable=False)


@dataclass(frozen=True)
class Resource:
    """`shown_as` is the SQL expression of a row's name in links to it; `owner` the field with its sales rep.

    `fixed`: a record stays as it was created, it is neither changed nor deleted.
    """

    name: str
    own: tuple[Field, ...]
    shown_as: str = "description"
    owner: str = ""
    fixed: bool = False

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return (ID, *self.own, *AUDIT)

    @property
    def columns(self) -> tuple[Field, ...]:
        """The fields that are stored in the record's own row."""
        return tuple(each for each in self.fields if each.kind is not Kind.FILES)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by their name in lower case: the vendor's own pages are not consistent about case."""
        return {each.name.lower(): each for each in self.fields}

    @property
    def has_lock(self) -> bool:
        return "readonly" in self.by_name


def _text(name: str, max_length: int | None = None, *, required: bool = False, indexed: bool = False) -> Field:
    return Field(name, max_length=max_length, required=required, nullable=not required, indexed=indexed)


def _link(name: str, table: str, *, required: bool = False, indexed: bool = False) -> Field:
    return Field(name, Kind.LINK, table=table, required=required, nullable=not required, indexed=indexed)


def _bare(name: str, table: str, *, indexed: bool = False, read_only: bool = False) -> Field:
    return Field(name, Kind.LINK, table=table, bare=True, indexed=indexed, read_only=read_only)


def _flag(name: str, *, default: bool = False, nullable: bool = False, schema_name: str = "") -> Field:
    return Field(name, Kind.BOOLEAN, default=default, nullable=nullable, schema_name=schema_name)


_PLACE = (
    _text("address1", 180),
    _text("address2", 180),
    _text("city", 200),
    _text("postcode", 20),
    _text("region", 200),
    _link("countryId", "countries"),
)
_LEVEL = Field("permissionLevel", Kind.INTEGER, default=1, nullable=False)
_LANGUAGES = ("ES", "EN", "US", "IT", "DE", "FR", "BR", "DK", "PT", "RU")

CALENDAR = Resource(
    "calendar",
    (
        Field("subject", max_length=250, required=True, nullable=False),
        Field("comment", max_length=6000),
        _flag("task"),
        _flag("completed", nullable=True, schema_name="Completed"),
        _flag("allDay", nullable=True),
        Field("startDate", Kind.DAY, required=True, nullable=False, indexed=True),
        Field("startHour", Kind.HOUR),
        Field("endDate", Kind.DAY),
        Field("endHour", Kind.HOUR),
        _link("accountId", "accounts", indexed=True),
        _link("contactId", "contacts", indexed=True),
        _link("opportunityId", "opportunities"),
        _link("branchId", "branches", required=True),
        _link("salesRepId", "users", required=True, indexed=True),
        _link("typeId", "activityTypes", required=True),
        _text("city", 200),
        _LEVEL,
        _flag("readOnly"),
        Field("reminder", Kind.INTEGER, default=-2, nullable=False),
        _flag("sendNotification"),
        _text("extId", 100, indexed=True),
    ),
    shown_as="subject",
    owner="salesRepId",
)
ACCOUNTS = Resource(
    "accounts",
    (
        _text("name", 200, required=True),
        _link("statusId", "accountStatuses"),
        _link("typeId", "accountTypes"),
        _link("segmentId", "accountSegments"),
        _text("vatNumber", 50),
        _text("phone", 50),
        _text("phone2", 50),
        _text("phone3", 50),
        _text("fax", 50),
        _text("email", 200, indexed=True),
        _text("website", 200),
        _link("branchId", "branches", required=True),
        _link("salesRepId1", "users", required=True),
        *(_link(f"salesRepId{number}", "users") for number in range(2, 6)),
        Field("comment", max_length=6000),
        *_PLACE,
        _text("extId", 100, indexed=True),
        _flag("geocoded"),
        Field("geocodingAccuracy", Kind.INTEGER),
        Field("latitude", Kind.NUMBER),
        Field("longitude", Kind.NUMBER),
        Field("dateGeocoded", Kind.MOMENT),
        _LEVEL,
        _flag("public"),
        _flag("readOnly"),
    ),
    shown_as="name",
    owner="salesRepId1",
)
CONTACTS = Resource(
    "contacts",
    (
        _text("firstName", 100, required=True),
        _text("lastName", 100, required=True),
        _link("accountId", "accounts", required=True, indexed=True),
        _link("typeId", "contactTypes"),
        _text("phone1", 50),
        _text("phone2", 50),
        _text("fax", 50),
        _text("email", 200, indexed=True),
        _text("email2", 200),
        _text("email3", 200),
        _link("salesRepId", "users", required=True),
        Field("comment", max_length=6000),
        *(each for each in _PLACE if each.name != "address2"),
        _text("extId", 100, indexed=True),
        Field("birthday", Kind.MOMENT),
        _text("linkedin", 200),
        _text("skype", 200),
        _flag("UseCompanyAddress"),
        _LEVEL,
        _flag("marketingCommunications"),
        _flag("readOnly"),
    ),
    shown_as="firstName || ' ' || lastName",
    owner="salesRepId",
)
USERS = Resource(
    "users",
    (
        _text("name", 100, required=True),
        _text("lastName", 100),
        _text("email", 200, required=True, indexed=True),
        _text("nic", 100),
        _text("phone", 50),
        _text("phoneExtension", 20),
        _text("idPrefix", 10),
        Field("level", Kind.INTEGER, default=1),
        _flag("isActive", default=True),
        _flag("billable", default=True),
        _flag("computeSfm", default=True),
        _text("locale", 10),
        _text("dbLanguage", 5),
        _text("uiLanguage", 5),
        Field("branches", Kind.LINKS, table="branches", label="description", required=True, nullable=False),
        _flag("branchRestriction"),
        Field("managerId", Kind.LINK, table="users", label="description"),
        _text("extId", 100),
        Field("lastPasswordChangeDate", Kind.MOMENT),
    ),
    shown_as="name || ' ' || coalesce(lastName, '')",
)
OPPORTUNITIES = Resource(
    "opportunities",
    (
        _text("reference", 200, required=True),
        _link("accountId1", "accounts", required=True),
        _link("salesRepId", "users", required=True),
        _link("branchId", "branches", required=True),
        Field("salesProbability", Kind.INTEGER, required=True, nullable=False),
        Field("total", Kind.NUMBER),
        _LEVEL,
        _flag("readOnly"),
        _text("extId", 100),
    ),
    shown_as="reference",
    owner="salesRepId",
)
EMAILS = Resource(
    "emails",
    (
        _text("subject", 255, required=True),
        _text("body", 4000, required=True),
        _text("emailFrom", 180, required=True),
        Field("emailTo", Kind.ADDRESSES, 180, required=True, nullable=False),
        Field("type", Kind.INTEGER, required=True, nullable=False, description="0 outgoing, 1 incoming"),
        Field("date", Kind.INSTANT, indexed=True),
        _bare("accountId", "accounts", indexed=True),
        _bare("contactId", "contacts", indexed=True),
        _bare("opportunityId", "opportunities"),
        _bare("salesRepId", "users", indexed=True),
        _text("mailFolder", 180),
        _text("extId", 100, indexed=True),
        Field("attachments", Kind.FILES),
    ),
    shown_as="subject",
    owner="salesRepId",
    fixed=True,
)
# What has a name and bytes: documents, and the attachments of messages.
FILES = Resource(
    "documents",
    (
        _text("name", FILE_NAME_LIMIT, required=True),
        Field("folderId", default="-1", nullable=False),
        Field("size", Kind.INTEGER, read_only=True),
        _bare("emailId", "emails", indexed=True, read_only=True),
    ),
    shown_as="name",
    fixed=True,
)


def _value_list(name: str, *extra: Field) -> Resource:
    texts = tuple(_text(f"description{language}", 200) for language in _LANGUAGES)
    return Resource(
        name, (Field("order", Kind.INTEGER, default=0), _text("description", 200, required=True), *texts, *extra)
    )


RESOURCES: dict[str, Resource] = {
    each.name: each
    for each in (
        Resource(
            "timezones",
            (
                Field("order", Kind.INTEGER, default=0),
                _text("idIanaZone", 100, required=True),
                _text("shortDescription", 100),
                _text("fullDescription", 200),
            ),
            shown_as="shortDescription",
        ),
        _value_list(
            "countries", _text("iso2", 2), _text("iso3", 3), Field("isoNum", Kind.INTEGER), _text("phoneCode", 10)
        ),
        _value_list(
            "branches",
            _flag("default"),
            _flag("mainEnvironment"),
            _flag("imperialSystem"),
            _link("timeZoneId", "timezones"),
        ),
        _value_list(
            "activityTypes",
            *(_flag(flag) for flag in ("general", "checkin", "fastCheckin", "phoneCall", "visit", "videoCall")),
            _flag("visibleInActivities"),
            _flag("visibleInAgendaActivities"),
            _flag("workflow"),
        ),
        *(_value_list(name) for name in ("accountTypes", "accountStatuses", "accountSegments", "contactTypes")),
        USERS,
        ACCOUNTS,
        CONTACTS,
        OPPORTUNITIES,
        CALENDAR,
        EMAILS,
        FILES,
    )
}


def schema(resource: Resource) -> dict[str, object]:
    """The answer to `GET /{resource}/schema`."""
    return {"properties": {each.schema_name or each.name: _property(each) for each in resource.fields}}


def _property(field: Field) -> dict[str, object]:
    types = ["integer" if field.bare else JSON_TYPES[field.kind]]
    if field.nullable:
        types.append("null")
    shown: dict[str, object] = {
        "description": field.description or field.name,
        "type": types,
        "readOnly": field.read_only,
    }
    if field.max_length is not None:
        shown["maxLength"] = field.max_length
    if field.kind is Kind.MOMENT:
        shown["format"] = "date-time"
    if field.kind is Kind.INSTANT:
        types_of_parts = {"time": "string", "timeStamp": "integer", "timeZone": "string"}
        shown["properties"] = {
            name: {"description": name, "type": [kind], "readOnly": True} for name, kind in types_of_parts.items()
        }
    if field.kind is Kind.LINK:
        shown["table"] = field.table
    if field.kind is Kind.LINK and not field.bare:
        shown["required"] = ["id"]
        shown["properties"] = {
            "id": {"description": "id", "type": ["integer"], "readOnly": False},
            field.label: {"description": field.label, "type": ["string"], "readOnly": True},
        }
    return shown
