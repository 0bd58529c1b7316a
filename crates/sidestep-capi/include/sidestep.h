// sidestep: finds lateral movement in authentication logs.
//
// Generated from the Rust source; do not edit. docs/abi.md says what is promised.
//
// Every function that can fail gives a status, SIDESTEP_OK or one of SIDESTEP_ERR_..., and takes a place for an
// error, which may be NULL. No function lets a panic out, prints, or exits; but that there was a panic, which is
// always a defect, the hook of the Rust runtime tells on standard error before the call gives SIDESTEP_ERR_PANIC.
// There is no global state.
//
// Pointers: unless a comment says that it may be NULL, a pointer must not be; it must point to live memory of its
// type, which no other thread changes during the call. What a function gives out by pointer to pointer is the
// caller's, to be freed once with the _free function of its type; it is NULL where the call failed.
// A _free function gives a status too, so that a mistake can be seen; it may be ignored.
//
// Threads: the comment of each type says what threads may do with it at the same time.
//
// SPDX-License-Identifier: Apache-2.0 OR MIT


#ifndef SIDESTEP_H
#define SIDESTEP_H

#include <stddef.h>
#include <stdint.h>

// The structs of the Arrow C data and C stream interfaces, word for word as Arrow has them.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif  // ARROW_C_DATA_INTERFACE

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif  // ARROW_C_STREAM_INTERFACE


// Bit of `sidestep_activity.present`: `writes` is known.
#define SIDESTEP_HAS_WRITES 128

// Bit of `sidestep_activity.present`: `remote` is known.
#define SIDESTEP_HAS_REMOTE 256

// Format of an alert's text: sidestep's own JSON, `sidestep.alert/1`: everything there is to say.
#define SIDESTEP_EMIT_JSON 0

// Format of an alert's text: OCSF Detection Finding (class 2004).
#define SIDESTEP_EMIT_OCSF 1

// Format of an alert's text: the Elastic Common Schema.
#define SIDESTEP_EMIT_ECS 2

// Setting: alerts a day that somebody can read, 0.001 to 100000; 1 unless set.
#define SIDESTEP_CONFIG_ALERTS_PER_DAY 0

// Setting: days from the first event after which alerts may begin, 1 to 3650. Or 0: at once, as
// enough history will be given to `sidestep_engine_learn`. Unless set, alerts begin when new
// logins have become rare, after one to two weeks.
#define SIDESTEP_CONFIG_WARM_UP_DAYS 1

// Setting: how much older than the newest event one may be, in minutes, before it is counted as late and
// passed over: at most 10080; 60 unless set.
#define SIDESTEP_CONFIG_LATENESS_MINUTES 2

// Setting: how long after a login the next one of its movement may come, in hours: 1 to 720; 60 unless set.
#define SIDESTEP_CONFIG_WINDOW_HOURS 3

// Setting: days after which a habit that is not renewed counts half: 1 to 3650; 30 unless set.
#define SIDESTEP_CONFIG_HALF_LIFE_DAYS 4

// Setting: days for which a login that was alerted on is kept out of what is learned: at most 365; 7
// unless set.
#define SIDESTEP_CONFIG_QUARANTINE_DAYS 5

// Setting: whether the many names and addresses of one host or account are taken for one: 0 or 1; 1
// unless set.
#define SIDESTEP_CONFIG_RESOLVE_NAMES 6

// Setting: hours after which an address that nobody named anew is no longer that of its host: 1 to
// 8760; 24 unless set.
#define SIDESTEP_CONFIG_ADDRESS_HOURS 7

// Setting: accounts remembered: 16 to 2^28; 2^20 unless set.
#define SIDESTEP_CONFIG_MAX_ACCOUNTS 8

// Setting: hosts remembered: 16 to 2^28; 2^20 unless set.
#define SIDESTEP_CONFIG_MAX_HOSTS 9

// Setting: login edges (account, source, destination) remembered: 16 to 2^30; 2^23 unless set.
#define SIDESTEP_CONFIG_MAX_EDGES 10

// Setting: movements followed at a time: 16 to 2^24; 2^16 unless set.
#define SIDESTEP_CONFIG_MAX_MOVEMENTS 11

// Setting: hops kept in one movement: 8 to 65536; 256 unless set.
#define SIDESTEP_CONFIG_MAX_HOPS 12

// Setting: bytes that an engine may take in all, 2^26 (64 MiB) to 2^40; no limit unless set. Every table has a
// fixed share of it.
#define SIDESTEP_CONFIG_MEMORY_LIMIT 13

// Alerts that may wait to be polled. A caller who never polls and sets no callback loses the oldest.
#define SIDESTEP_MAX_WAITING_ALERTS 65536

// Bit of `sidestep_event.present`: `key_length` is known.
#define SIDESTEP_HAS_KEY_LENGTH 1

// Bit of `sidestep_event.present`: `ticket_encryption` is known.
#define SIDESTEP_HAS_TICKET_ENCRYPTION 2

// Bit of `sidestep_event.present`: `preauth_type` is known.
#define SIDESTEP_HAS_PREAUTH_TYPE 4

// Bit of `sidestep_event.present` and `sidestep_activity.present`: `logon_id` is known.
#define SIDESTEP_HAS_LOGON_ID 8

// Bit of `sidestep_event.present`: `logon_guid` is known.
#define SIDESTEP_HAS_LOGON_GUID 16

// Bit of `sidestep_event.present` and `sidestep_activity.present`: `event_code` is known.
#define SIDESTEP_HAS_EVENT_CODE 32

// Bit of `sidestep_event.present` and `sidestep_activity.present`: `raw_ref` is set.
#define SIDESTEP_HAS_RAW_REF 64

// Level of a message: somebody must do something.
#define SIDESTEP_LOG_ERROR 1

// Level of a message: something was left out.
#define SIDESTEP_LOG_WARN 2

// Level of a message: good to know.
#define SIDESTEP_LOG_INFO 3

// Option: the dialect, one of `auto` (unless set), `lanl`, `csv`, `evtx`, `json`, `windows-xml`, `zeek`, `syslog`,
// `wtmp`, `btmp`.
#define SIDESTEP_READER_FORMAT 0

// Option: which column of a CSV holds what, as `field=column`, such as `src_host=client`. Set once for each.
#define SIDESTEP_READER_COLUMN 1

// Option: how times of a CSV are written, as `sidestep detect --time-format` takes it.
#define SIDESTEP_READER_TIME_FORMAT 2

// Option: the zone of times that are written without one, such as `Europe/Berlin`; UTC unless set.
#define SIDESTEP_READER_ZONE 3

// Option: the year of the first line of a syslog that writes none.
#define SIDESTEP_READER_YEAR 4

// Option: what to do with a record that is no event: `skip` and count it (unless set), or `stop`.
#define SIDESTEP_READER_ON_ERROR 5

// Option: the host that wrote the logs, for those that do not name it, such as `wtmp`.
#define SIDESTEP_READER_HOST 6

// It succeeded.
#define SIDESTEP_OK 0

// A pointer that must not be NULL is NULL.
#define SIDESTEP_ERR_NULL 1

// A pointer is not aligned as its type asks.
#define SIDESTEP_ERR_MISALIGNED 2

// The `struct_size` of a struct is too small, or the struct has fields set that this version of the
// library does not know.
#define SIDESTEP_ERR_STRUCT_SIZE 3

// A pointer is not to the kind of handle that the function takes, or the handle was freed. That
// memory was freed can often, but not always, be seen.
#define SIDESTEP_ERR_HANDLE 4

// The handle is in use: by another thread, or by the call that is running the callback that made
// this one. Nothing was done.
#define SIDESTEP_ERR_BUSY 5

// A call on this handle panicked before. It can only be freed.
#define SIDESTEP_ERR_POISONED 6

// The library has a defect: please report the message. The handles that the call was given are
// poisoned, the process lives.
#define SIDESTEP_ERR_PANIC 7

// A string is not UTF-8.
#define SIDESTEP_ERR_UTF8 8

// A value is none of those that the header lists.
#define SIDESTEP_ERR_VALUE 9

// An event lacks what it needs, or a field of it is longer than any real one.
#define SIDESTEP_ERR_EVENT 10

// A setting lies outside its range.
#define SIDESTEP_ERR_CONFIG 11

// The bytes are not a saved state that this version can load.
#define SIDESTEP_ERR_SNAPSHOT 12

// A log cannot be read on.
#define SIDESTEP_ERR_FORMAT 13

// A callback asked to stop. What came before was done.
#define SIDESTEP_ERR_STOPPED 14

// An index is not below its count.
#define SIDESTEP_ERR_INDEX 15

// An Arrow schema or array is not one that holds events, or its producer failed.
#define SIDESTEP_ERR_ARROW 16

// Text could not be written.
#define SIDESTEP_ERR_WRITE 17

// A log was read to its end, and (nearly) nothing of it was understood: its shape is not known, or it is of
// a kind that is not about logins. What it gave was used; the message names the nearest shape.
#define SIDESTEP_ERR_NOT_UNDERSTOOD 18

// Version of the ABI that this header describes; see `docs/abi.md`.
#define SIDESTEP_ABI_VERSION 1

// Major version of the library that this header came with.
#define SIDESTEP_VERSION_MAJOR 0

// Minor version of the library that this header came with.
#define SIDESTEP_VERSION_MINOR 1

// Patch version of the library that this header came with.
#define SIDESTEP_VERSION_PATCH 0

// `activity`: an account logged on to a host (OCSF 1; Windows 4624, 4625).
#define SIDESTEP_ACTIVITY_LOGON 0

// `activity`: a session ended (OCSF 2; Windows 4634, 4647).
#define SIDESTEP_ACTIVITY_LOGOFF 1

// `activity`: a ticket-granting ticket was asked for (OCSF 3; Windows 4768).
#define SIDESTEP_ACTIVITY_TICKET_GRANTING_TICKET 2

// `activity`: a service ticket was asked for (OCSF 4; Windows 4769).
#define SIDESTEP_ACTIVITY_SERVICE_TICKET 3

// `activity`: a ticket was renewed (OCSF 5; Windows 4770).
#define SIDESTEP_ACTIVITY_RENEWAL 4

// `activity`: Kerberos pre-authentication failed or was made (OCSF 6; Windows 4771).
#define SIDESTEP_ACTIVITY_PREAUTHENTICATION 5

// `activity`: explicit credentials were used or a session switched account (OCSF 7; Windows 4648).
#define SIDESTEP_ACTIVITY_ACCOUNT_SWITCH 6

// `activity`: special privileges were given to a new logon (Windows 4672).
#define SIDESTEP_ACTIVITY_SPECIAL_PRIVILEGES 7

// `activity`: a session was taken up again (Windows 4778).
#define SIDESTEP_ACTIVITY_SESSION_RECONNECT 8

// `activity`: a session was left open (Windows 4779).
#define SIDESTEP_ACTIVITY_SESSION_DISCONNECT 9

// `activity`: a controller checked a credential for another host (Windows 4776).
#define SIDESTEP_ACTIVITY_CREDENTIAL_VALIDATION 10

// `activity`: something else that names an account and a host.
#define SIDESTEP_ACTIVITY_OTHER 11

// `logon_type`: the log does not say.
#define SIDESTEP_LOGON_TYPE_UNKNOWN 0

// `logon_type`: the system account at start (Windows 0).
#define SIDESTEP_LOGON_TYPE_SYSTEM 1

// `logon_type`: at the keyboard (2).
#define SIDESTEP_LOGON_TYPE_INTERACTIVE 2

// `logon_type`: over the network (3).
#define SIDESTEP_LOGON_TYPE_NETWORK 3

// `logon_type`: a scheduled job (4).
#define SIDESTEP_LOGON_TYPE_BATCH 4

// `logon_type`: a service (5).
#define SIDESTEP_LOGON_TYPE_SERVICE 5

// `logon_type`: A locked session was unlocked (7).
#define SIDESTEP_LOGON_TYPE_UNLOCK 6

// `logon_type`: over the network, password in clear (8).
#define SIDESTEP_LOGON_TYPE_NETWORK_CLEARTEXT 7

// `logon_type`: other credentials for outgoing connections (9; runas /netonly).
#define SIDESTEP_LOGON_TYPE_NEW_CREDENTIALS 8

// `logon_type`: remote desktop (10).
#define SIDESTEP_LOGON_TYPE_REMOTE_INTERACTIVE 9

// `logon_type`: at the keyboard, checked against the cache (11).
#define SIDESTEP_LOGON_TYPE_CACHED_INTERACTIVE 10

// `logon_type`: remote desktop, checked against the cache (12).
#define SIDESTEP_LOGON_TYPE_CACHED_REMOTE_INTERACTIVE 11

// `logon_type`: unlocked against the cache (13).
#define SIDESTEP_LOGON_TYPE_CACHED_UNLOCK 12

// `logon_type`: a type this vocabulary has no name for.
#define SIDESTEP_LOGON_TYPE_OTHER 13

// `auth_protocol`: the log does not say.
#define SIDESTEP_AUTH_PROTOCOL_UNKNOWN 0

// `auth_protocol`: NTLM.
#define SIDESTEP_AUTH_PROTOCOL_NTLM 1

// `auth_protocol`: Kerberos.
#define SIDESTEP_AUTH_PROTOCOL_KERBEROS 2

// `auth_protocol`: Windows chose between Kerberos and NTLM.
#define SIDESTEP_AUTH_PROTOCOL_NEGOTIATE 3

// `auth_protocol`: `MICROSOFT_AUTHENTICATION_PACKAGE_V1_0`.
#define SIDESTEP_AUTH_PROTOCOL_MSV1 4

// `auth_protocol`: HTTP digest.
#define SIDESTEP_AUTH_PROTOCOL_DIGEST 5

// `auth_protocol`: OpenID.
#define SIDESTEP_AUTH_PROTOCOL_OPENID 6

// `auth_protocol`: SAML.
#define SIDESTEP_AUTH_PROTOCOL_SAML 7

// `auth_protocol`: OAuth 2.0.
#define SIDESTEP_AUTH_PROTOCOL_OAUTH2 8

// `auth_protocol`: PAP.
#define SIDESTEP_AUTH_PROTOCOL_PAP 9

// `auth_protocol`: CHAP.
#define SIDESTEP_AUTH_PROTOCOL_CHAP 10

// `auth_protocol`: EAP.
#define SIDESTEP_AUTH_PROTOCOL_EAP 11

// `auth_protocol`: RADIUS.
#define SIDESTEP_AUTH_PROTOCOL_RADIUS 12

// `auth_protocol`: HTTP basic.
#define SIDESTEP_AUTH_PROTOCOL_BASIC 13

// `auth_protocol`: LDAP bind.
#define SIDESTEP_AUTH_PROTOCOL_LDAP 14

// `auth_protocol`: a password, as sshd names it.
#define SIDESTEP_AUTH_PROTOCOL_PASSWORD 15

// `auth_protocol`: a public key, as sshd names it.
#define SIDESTEP_AUTH_PROTOCOL_PUBLIC_KEY 16

// `auth_protocol`: a protocol this vocabulary has no name for.
#define SIDESTEP_AUTH_PROTOCOL_OTHER 17

// `outcome`: the log does not say.
#define SIDESTEP_OUTCOME_UNKNOWN 0

// `outcome`: it succeeded.
#define SIDESTEP_OUTCOME_SUCCESS 1

// `outcome`: it failed.
#define SIDESTEP_OUTCOME_FAILURE 2

// `mfa`: the log does not say.
#define SIDESTEP_MFA_UNKNOWN 0

// `mfa`: a second factor was used.
#define SIDESTEP_MFA_USED 1

// `mfa`: one factor only.
#define SIDESTEP_MFA_NOT_USED 2

// `kind` of an activity: a network share was opened (Windows 5140, 5145).
#define SIDESTEP_HOST_ACTIVITY_SHARE_ACCESS 0

// `kind` of an activity: a file came or went over the network.
#define SIDESTEP_HOST_ACTIVITY_FILE_TRANSFER 1

// `kind` of an activity: a service was installed (Windows 4697, 7045).
#define SIDESTEP_HOST_ACTIVITY_SERVICE_INSTALL 2

// `kind` of an activity: a scheduled task was made or changed (Windows 4698, 4702).
#define SIDESTEP_HOST_ACTIVITY_SCHEDULED_TASK 3

// `kind` of an activity: an account was created (Windows 4720, 4741).
#define SIDESTEP_HOST_ACTIVITY_ACCOUNT_CREATION 4

// `kind` of an activity: an account was changed (Windows 4722, 4724, 4738).
#define SIDESTEP_HOST_ACTIVITY_ACCOUNT_CHANGE 5

// `kind` of an activity: an account joined a group (Windows 4728, 4732, 4756).
#define SIDESTEP_HOST_ACTIVITY_GROUP_MEMBERSHIP 6

// `kind` of an activity: a process started (Windows 4688, Sysmon 1).
#define SIDESTEP_HOST_ACTIVITY_PROCESS_START 7

// `kind` of an activity: a network connection was made (Sysmon 3, Zeek conn).
#define SIDESTEP_HOST_ACTIVITY_NETWORK_CONNECTION 8

// `kind` of an activity: a named pipe was created or connected to (Sysmon 17, 18; Zeek dce_rpc).
#define SIDESTEP_HOST_ACTIVITY_NAMED_PIPE 9

// `kind` of an activity: a copy of the directory's secrets was asked for, as controllers ask each other (Windows 4662).
#define SIDESTEP_HOST_ACTIVITY_DIRECTORY_REPLICATION 10

// `kind` of an activity: an address was leased to, or resolved to, the host's name (Zeek dhcp, dns).
#define SIDESTEP_HOST_ACTIVITY_ADDRESS_BINDING 11

// `kind` of an account: told from its name: `HOST$` is a machine, `SYSTEM` is built in.
#define SIDESTEP_ACCOUNT_FROM_NAME 0

// `kind` of an account: the log does not say.
#define SIDESTEP_ACCOUNT_UNKNOWN 1

// `kind` of an account: somebody.
#define SIDESTEP_ACCOUNT_PERSON 2

// `kind` of an account: a computer's own account.
#define SIDESTEP_ACCOUNT_MACHINE 3

// `kind` of an account: an account that a service or job runs under.
#define SIDESTEP_ACCOUNT_SERVICE 4

// `kind` of an account: a built-in principal that exists on every host.
#define SIDESTEP_ACCOUNT_WELL_KNOWN 5

// `kind` of an account: nobody in particular.
#define SIDESTEP_ACCOUNT_ANONYMOUS 6

// `state` of an alert: raised now.
#define SIDESTEP_STATE_OPENED 0

// `state` of an alert: its movement grew.
#define SIDESTEP_STATE_UPDATED 1

// `state` of an alert: its movement has ended, or the engine was finished; this is its last state.
#define SIDESTEP_STATE_CLOSED 2

// `severity` of an alert: expected more than once a week.
#define SIDESTEP_SEVERITY_LOW 0

// `severity` of an alert: expected at most once a week.
#define SIDESTEP_SEVERITY_MEDIUM 1

// `severity` of an alert: expected at most once a month.
#define SIDESTEP_SEVERITY_HIGH 2

// `severity` of an alert: expected at most once a year.
#define SIDESTEP_SEVERITY_CRITICAL 3

// A movement that somebody should look at, in one of its states.
//
// Any number of threads may read one alert at the same time. It outlives its engine. All that is
// asked of it, text included, lives until it is freed or, in a callback, until that returns.
typedef struct sidestep_alert sidestep_alert;

// Bytes that the library wrote: text, or a saved state.
//
// Any number of threads may read one buffer at the same time. It outlives what it was written from.
typedef struct sidestep_buffer sidestep_buffer;

// Settings of an engine: good for most networks of up to some tens of thousands of accounts as they
// are made.
//
// It is not safe to use from multiple threads at the same time; it may move between them. An engine
// takes a copy, so that it may be freed as soon as the engine is made.
typedef struct sidestep_config sidestep_config;

// Learns what is normal and finds what moves sideways.
//
// `sidestep_engine_score...`, `sidestep_engine_metrics`, `sidestep_engine_status` and `sidestep_engine_save` only
// read: any number of threads may make these calls on one engine at the same time. All others change it
// and need it alone. A call that would break this gives `SIDESTEP_ERR_BUSY` and does nothing. An engine may
// move between threads. It outlives its configuration and is outlived by its alerts.
typedef struct sidestep_engine sidestep_engine;

// Why a call failed: its status, a message, and the place.
//
// A function that takes `error` may be given NULL there. Otherwise it overwrites what is there, with
// NULL if it succeeded and with a new error if not, which the caller is to free.
//
// Any number of threads may read one error at the same time. It outlives whatever the call was about.
typedef struct sidestep_error sidestep_error;

// Reads logs of any dialect, one after the other, and counts over all of them: EVTX, Windows events as JSON,
// Zeek, syslog, the systemd journal, ECS, OCSF, Entra ID, CloudTrail, LANL, CSV; plain or in gzip, zstd, xz or bzip2. What
// a log is, is told from its contents.
//
// It is not safe to use from multiple threads at the same time (`SIDESTEP_ERR_BUSY`); it may move between
// them. It keeps nothing of engines or inputs.
typedef struct sidestep_reader sidestep_reader;

// Whether a call succeeded: one of the `SIDESTEP_OK` and `SIDESTEP_ERR_` values. A value keeps its
// meaning for ever; later versions may add values, so treat one that you do not know as a failure.
typedef int32_t sidestep_status;

// UTF-8 text: a pointer and a length in bytes, not NUL-terminated. `data` is NULL where there is no text,
// which is not the same as text of no length; then `len` must be 0.
//
// Text that is given to a function need only live until the function returns. Text that the library
// gives out lives as long as what it was asked of.
typedef struct sidestep_str {
  // The first byte, or NULL.
  const char *data;
  // Bytes.
  size_t len;
} sidestep_str;

// An account, as a log names it. All zeros is no account. It lies within other structs and never changes
// its size.
typedef struct sidestep_account {
  // The name without domain.
  struct sidestep_str name;
  // NetBIOS domain, DNS realm, or the host of a local account; NULL where not known.
  struct sidestep_str domain;
  // Security identifier, `S-1-5-21-...`; NULL where not known.
  struct sidestep_str sid;
  // What sort of principal it is: `SIDESTEP_ACCOUNT_...`.
  uint32_t kind;
  // 0.
  uint32_t reserved;
} sidestep_account;

// One end of a login: a host's name, its address, or both. All zeros is a host that is not known. It
// lies within other structs and never changes its size.
typedef struct sidestep_host {
  // NetBIOS or DNS name; NULL where not known.
  struct sidestep_str name;
  // Address, in network byte order.
  uint8_t ip[16];
  // Bytes of the address: 4, 16, or 0 where it is not known.
  uint8_t ip_len;
  // Whether the port is known: 0 or 1.
  uint8_t has_port;
  // Port, in the machine's byte order.
  uint16_t port;
  // 0.
  uint32_t reserved;
} sidestep_host;

// One companion record: what happened on a host, by whom, from where. It may name a host, or prove a
// movement. It needs `struct_size`, `time` and `host`; what a log does not say stays zero, as
// `sidestep_activity_init` leaves it.
//
// The struct and its text need only live until the function that takes it returns. Any number of
// threads may use one as long as none changes it.
typedef struct sidestep_activity {
  // `sizeof(sidestep_activity)`.
  size_t struct_size;
  // When it happened: microseconds since 1970-01-01T00:00:00Z.
  int64_t time;
  // What happened: `SIDESTEP_HOST_ACTIVITY_...`.
  uint32_t kind;
  // Which of the numbers below are known: `SIDESTEP_HAS_...`, added up.
  uint32_t present;
  // The host it happened on.
  struct sidestep_host host;
  // The account that did it.
  struct sidestep_account account;
  // The other end: where a share was opened from, where a connection went.
  struct sidestep_host peer;
  // The share, file, service, task, account, group or program concerned.
  struct sidestep_str object;
  // The program behind it: what started a process, what opened a pipe.
  struct sidestep_str parent;
  // Whether it was to write: 0 or 1.
  uint8_t writes;
  // Whether another host asked for it: 0 or 1.
  uint8_t remote;
  // 0.
  uint16_t reserved;
  // The log's own number for this kind of record (Windows `EventID`).
  uint32_t event_code;
  // The session it belongs to.
  uint64_t logon_id;
  // Your own reference to the raw record.
  uint64_t raw_ref;
  // More about the object: the command line of a process, the former name of a renamed account. At
  // most 8,192 bytes.
  struct sidestep_str detail;
} sidestep_activity;

// What an alert says. Set `struct_size` to `sizeof(sidestep_alert_view)` before the call. Lists are read by
// index, each below its count.
typedef struct sidestep_alert_view {
  // `sizeof(sidestep_alert_view)`.
  size_t struct_size;
  // The same in every state of one alert and in every run over the same events.
  struct sidestep_str id;
  // One sentence for a person.
  struct sidestep_str summary;
  // The host at which the movement began.
  struct sidestep_str origin_host;
  // The account used first.
  struct sidestep_str origin_user;
  // Where it stands: `SIDESTEP_STATE_...`.
  uint32_t state;
  // How rare such a movement is here: `SIDESTEP_SEVERITY_...`.
  uint32_t severity;
  // 0 to 1, high is suspicious.
  double score;
  // The movement's excess over what chance explains, in nats; it ranks alerts.
  double surprise;
  // Share of the movements of this network that are at least this surprising.
  double p_value;
  // Time of the first hop: microseconds since 1970, UTC.
  int64_t first_seen;
  // Time of the last hop.
  int64_t last_seen;
  // Time of the hop at which the alert was raised.
  int64_t detected_at;
  // Hops: the logins, in order of time; a parent comes before its children.
  size_t hops;
  // Hosts that were reached and then moved on from.
  size_t pivots;
  // Hosts that were reached and not moved on from.
  size_t targets;
  // Techniques of ATT&CK that the hops fit.
  size_t techniques;
  // Changes of credentials on the way.
  size_t credential_switches;
} sidestep_alert_view;

// One login of a movement. Set `struct_size` to `sizeof(sidestep_hop)` before the call.
typedef struct sidestep_hop {
  // `sizeof(sidestep_hop)`.
  size_t struct_size;
  // When: microseconds since 1970, UTC.
  int64_t time;
  // The account logged on as, `name@domain`.
  struct sidestep_str user;
  // Where from.
  struct sidestep_str src_host;
  // Where to.
  struct sidestep_str dst_host;
  // Whether it succeeded: `SIDESTEP_OUTCOME_...`.
  uint32_t outcome;
  // What authenticated it: `SIDESTEP_AUTH_PROTOCOL_...`.
  uint32_t auth_protocol;
  // How the account logged on: `SIDESTEP_LOGON_TYPE_...`.
  uint32_t logon_type;
  // Whether the event had a `raw_ref`: 0 or 1.
  uint32_t has_raw_ref;
  // The event's `raw_ref`.
  uint64_t raw_ref;
  // Index of the hop that led here, or -1 where none did.
  int64_t parent;
  // Surprise of the login in nats: exactly the sum of its contributions.
  double surprise;
  // Reasons, which `sidestep_alert_contribution` reads.
  size_t contributions;
} sidestep_hop;

// One named reason why a login is odd. Set `struct_size` to `sizeof(sidestep_contribution)` before the call.
typedef struct sidestep_contribution {
  // `sizeof(sidestep_contribution)`.
  size_t struct_size;
  // Name of the evidence, such as `dst_given_account`.
  struct sidestep_str name;
  // What was seen.
  struct sidestep_str observed;
  // What was to be expected.
  struct sidestep_str expected;
  // Surprise in nats.
  double surprise;
} sidestep_contribution;

// A change of credentials within a movement. Set `struct_size` to `sizeof(sidestep_credential_switch)` before
// the call.
typedef struct sidestep_credential_switch {
  // `sizeof(sidestep_credential_switch)`.
  size_t struct_size;
  // When the second account was first used: microseconds since 1970, UTC.
  int64_t time;
  // The host on which the switch happened.
  struct sidestep_str host;
  // The account before.
  struct sidestep_str from;
  // The account after.
  struct sidestep_str to;
} sidestep_credential_switch;

// What an engine thinks of one event. It never changes its size.
typedef struct sidestep_score {
  // How surprising it is, in nats: the sum of its evidence. 0 for what is habitual and for what is no
  // remote login.
  double surprise;
  // Share of benign logins at least this surprising, by the engine's own history: 1 where nothing is odd.
  double p_value;
} sidestep_score;

// Takes an alert that was opened, updated or closed. The alert lives until the callback returns; to keep
// it, clone it. The callback runs on the thread whose call raised the alert, while that call has the
// engine: a call on the same engine gives `SIDESTEP_ERR_BUSY`. It must return: a C++ exception or a
// `longjmp` must not leave it.
typedef void (*sidestep_alert_callback)(void *user, const struct sidestep_alert *alert);

// Takes a message of the engine or reader that it was set on: `level` is `SIDESTEP_LOG_...`, `message` lives
// until the callback returns. It is called on the thread whose call gave rise to it, and must
// return: a C++ exception or a `longjmp` must not leave it.
typedef void (*sidestep_log_callback)(void *user, uint32_t level, struct sidestep_str message);

// One authentication event: who, from where, to where, how, and with what outcome. It needs
// `struct_size`, `time`, the name of the account, and one of the hosts; what a log does not say stays
// zero, as `sidestep_event_init` leaves it.
//
// The struct and its text need only live until the function that takes it returns. Any number of
// threads may use one as long as none changes it.
typedef struct sidestep_event {
  // `sizeof(sidestep_event)`.
  size_t struct_size;
  // When it happened: microseconds since 1970-01-01T00:00:00Z.
  int64_t time;
  // The account that is logged on as.
  struct sidestep_account account;
  // The account that asked, where the log tells it apart.
  struct sidestep_account subject;
  // Where the login came from.
  struct sidestep_host src_host;
  // The host that was logged on to.
  struct sidestep_host dst_host;
  // What happened: `SIDESTEP_ACTIVITY_...`; 0 is a logon.
  uint32_t activity;
  // How the account logged on: `SIDESTEP_LOGON_TYPE_...`.
  uint32_t logon_type;
  // What authenticated it: `SIDESTEP_AUTH_PROTOCOL_...`.
  uint32_t auth_protocol;
  // Whether it succeeded: `SIDESTEP_OUTCOME_...`.
  uint32_t outcome;
  // Whether a second factor was used: `SIDESTEP_MFA_...`.
  uint32_t mfa;
  // Which of the numbers below are known: `SIDESTEP_HAS_...`, added up.
  uint32_t present;
  // Length of the session key in bits (NTLM).
  uint16_t key_length;
  // How the ticket's request was pre-authenticated (Windows `PreAuthType`); 0 where it was not.
  uint8_t preauth_type;
  // 0.
  uint8_t reserved;
  // Encryption type of the ticket, by its IANA number.
  uint32_t ticket_encryption;
  // The log's own number for this kind of event (Windows `EventID`).
  uint32_t event_code;
  // 0.
  uint32_t reserved2;
  // Session id on the destination host (Windows `TargetLogonId`).
  uint64_t logon_id;
  // Session id shared by controller and target (Windows `LogonGuid`): 128 bits, the most significant
  // byte first.
  uint8_t logon_guid[16];
  // Your own reference to the raw record: handed back in the hops of an alert.
  uint64_t raw_ref;
  // Name of the logon process or package (Windows `LogonProcessName`).
  struct sidestep_str logon_process;
  // What marks the credential that was shown: the fingerprint of an SSH key, the hash of a ticket.
  struct sidestep_str credential;
  // Why it failed, or what else the log says of the outcome.
  struct sidestep_str outcome_reason;
  // Name of the session at a terminal server (Windows `SessionName`, such as `RDP-Tcp#8`).
  struct sidestep_str session_name;
} sidestep_event;

// Bytes that the tables of an engine hold, beside some kilobytes that are always there.
typedef struct sidestep_memory {
  // All of them.
  uint64_t total;
  // Names of accounts that move, and what is known of each.
  uint64_t accounts;
  // Names of hosts, and what is known of each.
  uint64_t hosts;
  // Other names and addresses of hosts and accounts, and accounts that do not move.
  uint64_t names;
  // Login edges: account, source and destination.
  uint64_t edges;
  // Pairs of an account and a destination.
  uint64_t account_destinations;
  // Pairs of an account and a source.
  uint64_t account_sources;
  // Pairs of a source and a destination.
  uint64_t host_pairs;
  // Who sits at which host, and which accounts go together.
  uint64_t presence;
  // Sessions and tickets under way.
  uint64_t sessions;
  // What detections remember.
  uint64_t detections;
  // Movements under way, and those that wait to be shown or listed.
  uint64_t movements;
  // Logins that wait to be learned.
  uint64_t quarantine;
} sidestep_memory;

// What an engine took in, passed over, evicted and raised since it was made. Set `struct_size` to
// `sizeof(sidestep_metrics)` before the call.
typedef struct sidestep_metrics {
  // `sizeof(sidestep_metrics)`.
  size_t struct_size;
  // Events learned or processed.
  uint64_t events;
  // Of these, companion records of what hosts did.
  uint64_t activities;
  // Of these, remote logins: they name two different hosts and an account that can move.
  uint64_t logins;
  // Of the logins, those that were habitual and left after one look-up.
  uint64_t habitual;
  // Logons that another log had told of already, and that count once.
  uint64_t duplicates;
  // Events later than the newest by more than the configured lateness: not learned, not scored.
  uint64_t late;
  // Events passed over because they carry no host or only a well-known account.
  uint64_t passed_over;
  // Logins kept out of what is learned because their movement was alerted on.
  uint64_t quarantined;
  // Login edges (account, source, destination) remembered now.
  uint64_t edges;
  // Bytes that the tables hold now.
  struct sidestep_memory memory;
  // Login edges evicted to stay within the bound.
  uint64_t evicted_edges;
  // Pairs (account and host, or host and host) evicted to stay within the bound.
  uint64_t evicted_pairs;
  // Accounts evicted to stay within the bound.
  uint64_t evicted_accounts;
  // Hosts evicted to stay within the bound.
  uint64_t evicted_hosts;
  // What detections found that is not usual for whoever did it.
  uint64_t findings;
  // What detections found and the policy allows.
  uint64_t suppressed;
  // Movements opened.
  uint64_t movements;
  // Movements given up early to stay within the bound.
  uint64_t evicted_movements;
  // Hops not kept because their movement was full.
  uint64_t dropped_hops;
  // Alerts raised.
  uint64_t alerts;
  // Alerts that wait to be polled now.
  uint64_t waiting_alerts;
  // Alerts lost because too many waited to be polled.
  uint64_t lost_alerts;
  // Movements in which detections found something and that were not raised; see
  // `sidestep_engine_held_back`.
  uint64_t held_back;
  // Days with events that were judged by detections alone.
  uint64_t days_by_detections;
  // Events more than a week later than the newest that the stream did not follow: of a clock that is
  // set wrong.
  uint64_t future;
  // Accounts that move known now.
  uint64_t accounts;
  // Hosts known now.
  uint64_t hosts;
} sidestep_metrics;

// Gives the next bytes of a log: writes at most `capacity` of them to `into` and returns how many, 0 at the end,
// or a negative number if they cannot be had. It must return: a C++ exception or a `longjmp` must not
// leave it.
typedef int64_t (*sidestep_read_callback)(void *user, uint8_t *into, size_t capacity);

// A log: bytes in memory, or a callback that gives them. Zero what you do not use.
typedef struct sidestep_input {
  // `sizeof(sidestep_input)`.
  size_t struct_size;
  // What errors call the log, such as its file name.
  struct sidestep_str place;
  // The bytes, where they are in memory; NULL otherwise.
  const uint8_t *bytes;
  // How many bytes there are in memory.
  size_t len;
  // Gives the bytes, where they are not in memory; NULL otherwise.
  sidestep_read_callback read;
  // Handed to `read`.
  void *user;
} sidestep_input;

// Takes an event of a log: exactly one of `event` and `activity` is not NULL. Both live until the callback
// returns. Anything but 0 ends the reading with `SIDESTEP_ERR_STOPPED`. It must return: a C++
// exception or a `longjmp` must not leave it.
typedef int32_t (*sidestep_event_callback)(void *user,
                                           const struct sidestep_event *event,
                                           const struct sidestep_activity *activity);

// What a reader read so far. Set `struct_size` to `sizeof(sidestep_reader_summary)` before the call.
typedef struct sidestep_reader_summary {
  // `sizeof(sidestep_reader_summary)`.
  size_t struct_size;
  // Events handed on: authentication events and activities.
  uint64_t events;
  // Of these, activities.
  uint64_t activities;
  // Sound records that hold nothing that moves.
  uint64_t passed_over;
  // Lines or records skipped because they are wrong.
  uint64_t skipped;
  // Logs read to their end.
  uint64_t logs;
  // Messages that `sidestep_reader_first_error` can give.
  uint64_t first_errors;
  // Records of a shape that is not known, so that what they say is lost.
  uint64_t not_understood;
  // Kinds of them that `sidestep_reader_not_understood` can give.
  uint64_t kinds_not_understood;
  // Files of folders and archives that were not read, or not to their end.
  uint64_t files_not_read;
  // Of these, those that are damaged or cannot be opened; the others are no logs.
  uint64_t files_damaged;
  // Files that `sidestep_reader_not_read` can give.
  uint64_t first_not_read;
  // Events that came too late and were put in order by reading the logs again.
  uint64_t put_in_order;
} sidestep_reader_summary;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Reads `user@domain` or `DOMAIN\user` into the name and domain of `account`; anything else is a name
// without a domain. The account points into `text`. Any thread may call this.
sidestep_status sidestep_account_parse(struct sidestep_str text,
                                       struct sidestep_account *account,
                                       struct sidestep_error **error);

// Fills an activity with zeros and its size: `sidestep_activity_init(&activity, sizeof activity)`.
sidestep_status sidestep_activity_init(struct sidestep_activity *activity,
                                       size_t struct_size,
                                       struct sidestep_error **error);

// Reads what an alert says.
sidestep_status sidestep_alert_get(const struct sidestep_alert *alert,
                                   struct sidestep_alert_view *view,
                                   struct sidestep_error **error);

// Reads one hop.
sidestep_status sidestep_alert_hop(const struct sidestep_alert *alert,
                                   size_t index,
                                   struct sidestep_hop *hop,
                                   struct sidestep_error **error);

// Reads one reason of one hop.
sidestep_status sidestep_alert_contribution(const struct sidestep_alert *alert,
                                            size_t hop,
                                            size_t index,
                                            struct sidestep_contribution *contribution,
                                            struct sidestep_error **error);

// Reads one host that was reached and then moved on from, in order of arrival.
sidestep_status sidestep_alert_pivot(const struct sidestep_alert *alert,
                                     size_t index,
                                     struct sidestep_str *host,
                                     struct sidestep_error **error);

// Reads one host that was reached and not moved on from, in order of arrival.
sidestep_status sidestep_alert_target(const struct sidestep_alert *alert,
                                      size_t index,
                                      struct sidestep_str *host,
                                      struct sidestep_error **error);

// Reads one technique of ATT&CK: its identifier, such as `T1021`, and its name, which may be NULL.
sidestep_status sidestep_alert_technique(const struct sidestep_alert *alert,
                                         size_t index,
                                         struct sidestep_str *id,
                                         struct sidestep_str *name,
                                         struct sidestep_error **error);

// Reads one change of credentials.
sidestep_status sidestep_alert_credential_switch(const struct sidestep_alert *alert,
                                                 size_t index,
                                                 struct sidestep_credential_switch *credential_switch,
                                                 struct sidestep_error **error);

// Writes an alert as one line of JSON in one of the formats `SIDESTEP_EMIT_...`, with a line feed at its end. The
// same alert gives the same bytes here, in Rust and from the command.
sidestep_status sidestep_alert_write(const struct sidestep_alert *alert,
                                     uint32_t format,
                                     struct sidestep_buffer **text,
                                     struct sidestep_error **error);

// Copies an alert, so that it outlives the callback that it was given to. The caller is to free the copy.
sidestep_status sidestep_alert_clone(const struct sidestep_alert *alert,
                                     struct sidestep_alert **copy,
                                     struct sidestep_error **error);

// Frees an alert that was polled or copied. NULL is nothing to free; an alert that was given to a callback is not
// to be freed, and gives `SIDESTEP_ERR_BUSY`.
sidestep_status sidestep_alert_free(struct sidestep_alert *alert);

// Has `engine` learn every row of an Arrow batch: a struct array, whose columns are found by their
// names or by `SIDESTEP_READER_COLUMN`.
//
// The array is moved: its `release` is NULL once the call has looked at it, and the memory behind it is
// released before the call returns. The schema stays the caller's. The `raw_ref` of an event is the number of
// its row over all batches of the reader.
sidestep_status sidestep_reader_learn_arrow(struct sidestep_reader *reader,
                                            struct ArrowArray *array,
                                            const struct ArrowSchema *schema,
                                            struct sidestep_engine *engine,
                                            struct sidestep_error **error);

// Has `engine` process every row of an Arrow batch; as `sidestep_reader_learn_arrow` otherwise.
sidestep_status sidestep_reader_process_arrow(struct sidestep_reader *reader,
                                              struct ArrowArray *array,
                                              const struct ArrowSchema *schema,
                                              struct sidestep_engine *engine,
                                              struct sidestep_error **error);

// Scores every row of an Arrow batch against what was learned, into `count` scores; as
// `sidestep_reader_learn_arrow` otherwise. `count` must be the batch's `length`. The score of a row that is no
// event is NaN.
sidestep_status sidestep_reader_score_arrow(struct sidestep_reader *reader,
                                            struct ArrowArray *array,
                                            const struct ArrowSchema *schema,
                                            const struct sidestep_engine *engine,
                                            struct sidestep_score *scores,
                                            size_t count,
                                            struct sidestep_error **error);

// Has `engine` learn every row of every batch of an Arrow stream. The stream is moved and released before the
// call returns; as `sidestep_reader_learn_arrow` otherwise.
sidestep_status sidestep_reader_learn_arrow_stream(struct sidestep_reader *reader,
                                                   struct ArrowArrayStream *stream,
                                                   struct sidestep_engine *engine,
                                                   struct sidestep_error **error);

// Has `engine` process every row of every batch of an Arrow stream; as `sidestep_reader_learn_arrow_stream`
// otherwise.
sidestep_status sidestep_reader_process_arrow_stream(struct sidestep_reader *reader,
                                                     struct ArrowArrayStream *stream,
                                                     struct sidestep_engine *engine,
                                                     struct sidestep_error **error);

// The first byte. A NUL follows the last one, so that text without NUL in it is a C string. NULL if
// `buffer` is no buffer. Valid until the buffer is freed.
const char *sidestep_buffer_data(const struct sidestep_buffer *buffer);

// How many bytes there are, without the NUL behind them. 0 if `buffer` is no buffer.
size_t sidestep_buffer_len(const struct sidestep_buffer *buffer);

// Frees a buffer. NULL is nothing to free.
sidestep_status sidestep_buffer_free(struct sidestep_buffer *buffer);

// Makes settings that are all as the header says they are unless set.
sidestep_status sidestep_config_new(struct sidestep_config **config, struct sidestep_error **error);

// Sets one setting, `SIDESTEP_CONFIG_...`. A value that lies outside its range changes nothing and is
// `SIDESTEP_ERR_CONFIG`.
sidestep_status sidestep_config_set(struct sidestep_config *config,
                                    uint32_t setting,
                                    double value,
                                    struct sidestep_error **error);

// Sets what is changed about the detections, in TOML as `sidestep detect --policy` reads it: weights, and what is
// allowed.
sidestep_status sidestep_config_set_policy(struct sidestep_config *config,
                                           struct sidestep_str toml,
                                           struct sidestep_error **error);

// Frees settings. NULL is nothing to free.
sidestep_status sidestep_config_free(struct sidestep_config *config);

// Makes an engine that knows nothing yet. `config` may be NULL, and is then as `sidestep_config_new`
// makes it.
sidestep_status sidestep_engine_new(const struct sidestep_config *config,
                                    struct sidestep_engine **engine,
                                    struct sidestep_error **error);

// Frees an engine, with the alerts that wait to be polled. NULL is nothing to free.
sidestep_status sidestep_engine_free(struct sidestep_engine *engine);

// Sets where alerts go. `callback` is called with `user` for every alert that is opened, updated or
// closed; NULL goes back to alerts that wait to be polled, which is how an engine begins. `user` must
// outlive the engine, or the next call of this function.
sidestep_status sidestep_engine_set_alert_callback(struct sidestep_engine *engine,
                                                   sidestep_alert_callback callback,
                                                   void *user,
                                                   struct sidestep_error **error);

// Sets where messages go; NULL is nowhere, which is how an engine begins. `user` must outlive the engine, or
// the next call of this function.
sidestep_status sidestep_engine_set_log_callback(struct sidestep_engine *engine,
                                                 sidestep_log_callback callback,
                                                 void *user,
                                                 struct sidestep_error **error);

// Learns one event as history; raises nothing.
sidestep_status sidestep_engine_learn(struct sidestep_engine *engine,
                                      const struct sidestep_event *event,
                                      struct sidestep_error **error);

// Learns `count` events in order. All have the `struct_size` of the first. At an event that is refused it
// stops: those before it were learned, the error's place says which it is, and `taken`, which may be
// NULL, how many were learned.
sidestep_status sidestep_engine_learn_all(struct sidestep_engine *engine,
                                          const struct sidestep_event *events,
                                          size_t count,
                                          size_t *taken,
                                          struct sidestep_error **error);

// Learns one activity as history; raises nothing.
sidestep_status sidestep_engine_learn_activity(struct sidestep_engine *engine,
                                               const struct sidestep_activity *activity,
                                               struct sidestep_error **error);

// Scores one event, then learns it. Alerts that it opened, updated or closed go to the callback, or
// wait to be polled.
sidestep_status sidestep_engine_process(struct sidestep_engine *engine,
                                        const struct sidestep_event *event,
                                        struct sidestep_error **error);

// Processes `count` events in order; as `sidestep_engine_learn_all` otherwise. Any split of the same
// events into calls gives the same alerts.
sidestep_status sidestep_engine_process_all(struct sidestep_engine *engine,
                                            const struct sidestep_event *events,
                                            size_t count,
                                            size_t *taken,
                                            struct sidestep_error **error);

// Processes one activity.
sidestep_status sidestep_engine_process_activity(struct sidestep_engine *engine,
                                                 const struct sidestep_activity *activity,
                                                 struct sidestep_error **error);

// Ends every open movement and hands on the last state of its alert.
sidestep_status sidestep_engine_finish(struct sidestep_engine *engine,
                                       struct sidestep_error **error);

// Takes the oldest alert that waits to be polled; `*alert` is NULL where there is none. The caller is
// to free it with `sidestep_alert_free`.
sidestep_status sidestep_engine_next_alert(struct sidestep_engine *engine,
                                           struct sidestep_alert **alert,
                                           struct sidestep_error **error);

// Delivers what detections found and no alert showed, the way alerts are: by the callback, or to be polled.
// Each is closed, and its JSON says why in `held_back`: `budget`, `learning` or `memory`. At most 1,000 are
// kept, the strongest; `held_back` of `sidestep_metrics` counts all.
sidestep_status sidestep_engine_held_back(struct sidestep_engine *engine,
                                          struct sidestep_error **error);

// Tells whether alerts are raised yet: `*detecting` becomes 1 if so, else 0, and `*since`, which may be
// NULL, the time in microseconds since 1970 of the first event that could have raised one.
sidestep_status sidestep_engine_status(const struct sidestep_engine *engine,
                                       int32_t *detecting,
                                       int64_t *since,
                                       struct sidestep_error **error);

// Saves the whole state: the same state gives the same bytes on every machine. Alerts that wait to be
// polled, and callbacks, are not part of it.
sidestep_status sidestep_engine_save(const struct sidestep_engine *engine,
                                     struct sidestep_buffer **state,
                                     struct sidestep_error **error);

// Makes the engine that `sidestep_engine_save` wrote: it scores and alerts as that one would have. Nothing
// is loaded in part.
sidestep_status sidestep_engine_load(const uint8_t *state,
                                     size_t len,
                                     struct sidestep_engine **engine,
                                     struct sidestep_error **error);

// Takes into `engine` what `other` learned of another part of the same stream: by account, by site or by whole
// days. It does not matter which takes in which. `other` stays as it is. Movements under way in `engine` end
// without another alert: call `sidestep_engine_finish` before, should their last states matter. Gives
// `SIDESTEP_ERR_CONFIG` where the settings of the two differ; the error's place names the first that does.
sidestep_status sidestep_engine_merge(struct sidestep_engine *engine,
                                      const struct sidestep_engine *other,
                                      struct sidestep_error **error);

// Scores one event against what was learned; changes nothing.
sidestep_status sidestep_engine_score(const struct sidestep_engine *engine,
                                      const struct sidestep_event *event,
                                      struct sidestep_score *score,
                                      struct sidestep_error **error);

// Scores `count` events against what was learned, into `count` scores; changes nothing. All have the
// `struct_size` of the first. At an event that is refused it stops; `taken`, which may be NULL,
// says how many were scored.
sidestep_status sidestep_engine_score_all(const struct sidestep_engine *engine,
                                          const struct sidestep_event *events,
                                          size_t count,
                                          struct sidestep_score *scores,
                                          size_t *taken,
                                          struct sidestep_error **error);

// Scores one event and tells why, as JSON: `surprise`, `p_value`, and `contributions`, each with `name`,
// `surprise`, `observed` and `expected`. Changes nothing.
sidestep_status sidestep_engine_score_explained(const struct sidestep_engine *engine,
                                                const struct sidestep_event *event,
                                                struct sidestep_buffer **json,
                                                struct sidestep_error **error);

// The status that the call gave back. `SIDESTEP_ERR_HANDLE` if `error` is no error.
sidestep_status sidestep_error_status(const struct sidestep_error *error);

// What is wrong and what would be right: UTF-8, NUL-terminated, never NULL, valid until the error is
// freed. Empty if `error` is no error.
const char *sidestep_error_message(const struct sidestep_error *error);

// Where: the argument, the field or the line of the log at fault, such as
// `events[3].sidestep_event.src_host.name` or `auth.csv:17`. UTF-8, NUL-terminated, never NULL, valid until the
// error is freed; empty where there is no one place.
const char *sidestep_error_place(const struct sidestep_error *error);

// Frees an error. NULL is nothing to free.
sidestep_status sidestep_error_free(struct sidestep_error *error);

// Fills an event with zeros and its size: `sidestep_event_init(&event, sizeof event)`.
sidestep_status sidestep_event_init(struct sidestep_event *event,
                                    size_t struct_size,
                                    struct sidestep_error **error);

// Forgets an account, named `user@domain`, `DOMAIN\user` or `user`, with everything that is known of it alone; when
// it logs in again, it is new. `known` may be NULL, and is else 1 where anything was known of it, or 0. Everybody's
// movements under way end without another alert: call `sidestep_engine_finish` before, should their last states
// matter. See docs/privacy.md.
sidestep_status sidestep_engine_forget_account(struct sidestep_engine *engine,
                                               struct sidestep_str account,
                                               uint32_t *known,
                                               struct sidestep_error **error);

// Forgets a host under any of its names, or an address, as `sidestep_engine_forget_account` forgets an account. Its
// own account and the local accounts of it go with it.
sidestep_status sidestep_engine_forget_host(struct sidestep_engine *engine,
                                            struct sidestep_str host,
                                            uint32_t *known,
                                            struct sidestep_error **error);

// Reads the counters of an engine. Bytes of tables are counted for it, which takes time.
sidestep_status sidestep_engine_metrics(const struct sidestep_engine *engine,
                                        struct sidestep_metrics *metrics,
                                        struct sidestep_error **error);

// Makes a reader that has read nothing yet.
sidestep_status sidestep_reader_new(struct sidestep_reader **reader, struct sidestep_error **error);

// Frees a reader. NULL is nothing to free.
sidestep_status sidestep_reader_free(struct sidestep_reader *reader);

// Sets one option, `SIDESTEP_READER_...`, before the first log is read.
sidestep_status sidestep_reader_set(struct sidestep_reader *reader,
                                    uint32_t option,
                                    struct sidestep_str value,
                                    struct sidestep_error **error);

// Sets where messages about skipped records go; NULL is nowhere, which is how a reader begins. `user` must
// outlive the reader, or the next call of this function.
sidestep_status sidestep_reader_set_log_callback(struct sidestep_reader *reader,
                                                 sidestep_log_callback callback,
                                                 void *user,
                                                 struct sidestep_error **error);

// Reads a log to its end and has `engine` learn every event of it. What was read before an error is
// learned.
sidestep_status sidestep_reader_learn(struct sidestep_reader *reader,
                                      const struct sidestep_input *input,
                                      struct sidestep_engine *engine,
                                      struct sidestep_error **error);

// Reads a log to its end and has `engine` process every event of it. What was read before an error is
// processed.
sidestep_status sidestep_reader_process(struct sidestep_reader *reader,
                                        const struct sidestep_input *input,
                                        struct sidestep_engine *engine,
                                        struct sidestep_error **error);

// Reads a log to its end and gives every event of it to `callback`, which may learn, score or process it
// with an engine of its own.
sidestep_status sidestep_reader_events(struct sidestep_reader *reader,
                                       const struct sidestep_input *input,
                                       sidestep_event_callback callback,
                                       void *user,
                                       struct sidestep_error **error);

// Reads the counters of a reader.
sidestep_status sidestep_reader_get_summary(const struct sidestep_reader *reader,
                                            struct sidestep_reader_summary *summary,
                                            struct sidestep_error **error);

// What was wrong with one of the first records that were skipped, as `log:line: column: what`,
// or as `row number: column: what` of an Arrow batch; those of logs come first.
sidestep_status sidestep_reader_first_error(const struct sidestep_reader *reader,
                                            size_t index,
                                            struct sidestep_buffer **message,
                                            struct sidestep_error **error);

// Reads `count` files and folders and has `engine` learn every event of them, in order of time over all of
// them, as `sidestep detect` does: where a log itself is out of order by more than the engine allows, all
// are read once more. The engine is changed when all is read; alerts are handed out then. What was read
// before an error is learned. Files are read on threads that end before the call does, which never call
// back. A file of a folder that cannot be read is no error: the summary counts it, and
// `sidestep_reader_not_read` names it.
sidestep_status sidestep_reader_learn_paths(struct sidestep_reader *reader,
                                            const struct sidestep_str *paths,
                                            size_t count,
                                            struct sidestep_engine *engine,
                                            struct sidestep_error **error);

// Has `engine` process every event of files and folders; as `sidestep_reader_learn_paths` otherwise.
sidestep_status sidestep_reader_process_paths(struct sidestep_reader *reader,
                                              const struct sidestep_str *paths,
                                              size_t count,
                                              struct sidestep_engine *engine,
                                              struct sidestep_error **error);

// One of the first files of folders and archives that were not read, and why: `file: why`.
sidestep_status sidestep_reader_not_read(const struct sidestep_reader *reader,
                                         size_t index,
                                         struct sidestep_buffer **message,
                                         struct sidestep_error **error);

// One kind of record that was not understood, and how many there were of it.
sidestep_status sidestep_reader_not_understood(const struct sidestep_reader *reader,
                                               size_t index,
                                               struct sidestep_buffer **kind,
                                               uint64_t *count,
                                               struct sidestep_error **error);

// The name of the column that was taken for a field, such as `account`, of the last Arrow batch; NULL where
// none was, or no batch was read.
sidestep_status sidestep_reader_column(const struct sidestep_reader *reader,
                                       struct sidestep_str field,
                                       struct sidestep_buffer **column,
                                       struct sidestep_error **error);

// How the columns of the last table were read, of Arrow batches or else of a CSV file, as a line such as
// `time=Timestamp, account=User, dst_host=Host (unread: Note)` or `known as Windows events`; NULL where no
// table was read.
sidestep_status sidestep_reader_mapping(const struct sidestep_reader *reader,
                                        struct sidestep_buffer **mapping,
                                        struct sidestep_error **error);

// The name of a status, such as `SIDESTEP_ERR_NULL`; `SIDESTEP_ERR_UNKNOWN` for a value that is none.
// NUL-terminated, static; any thread may call this.
const char *sidestep_status_name(sidestep_status status);

// Version of the ABI of the library that is linked. A program built with a header of another
// `SIDESTEP_ABI_VERSION` must not call it. Any thread may call this.
uint32_t sidestep_abi_version(void);

// Version of the library that is linked, such as `0.1.0`. NUL-terminated, static; any thread may call
// this.
const char *sidestep_version_string(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SIDESTEP_H */
