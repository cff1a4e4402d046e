#include "server/config/options.h"

namespace server {

namespace {

using Row = ConfigurationRow;
using Options = ServerOptions;
constexpr auto kTop = Section::top;
constexpr auto kTcp = Section::tcp;
constexpr auto kLimit = Section::rate_limit;
constexpr auto kLog = Section::log;
constexpr auto kView = Section::view;
constexpr auto kViewZone = Section::view_zone;
constexpr auto kViewZones = Section::view_zones;
constexpr auto kKey = Section::key;
constexpr bool kAtStart = true;

constexpr Row server_number(Section section, const char* key, const char* fallback,
                            const char* sentence, uint32_t Options::*target, uint32_t least,
                            uint32_t most, bool at_start = false) {
    return {section, key, ValueType::number, false, fallback, sentence, target, least,
            most,    "",  at_start};
}

// Of a zone, by whatever it is chosen for.
constexpr Row zone_choice(Section section, const char* key, ValueType type, const char* fallback,
                          const char* sentence, uint32_t most = 0) {
    return {section, key, type, false, fallback, sentence, {}, 0, most};
}

constexpr Row max_shrink(Section section, const char* fallback) {
    return zone_choice(section, "max-shrink", ValueType::number, fallback,
                       "refuses a reload that lost more than so many percent of the records", 100);
}

constexpr Row dnssec(Section section, const char* fallback) {
    return zone_choice(
        section, "dnssec", ValueType::dnssec, fallback,
        "signs: true with the policy \"default\", or with the one named; \"unsign\" takes the "
        "signatures of a zone that was signed away, once its DS is gone from the parent");
}

// What the reader knows by name.
constexpr Row known_row(Section section, const char* key, ValueType type, const char* fallback,
                        const char* sentence) {
    const bool required = *fallback == '\0';
    return {section, key, type, required, required ? "none" : fallback, sentence, {}};
}

constexpr Row policy(const char* key, ValueType type, const char* fallback, const char* sentence,
                     uint32_t least = 0, uint32_t most = 0, const char* choices = "") {
    return {Section::policy, key, type, false, fallback, sentence, {}, least, most, choices};
}

constexpr Row kRows[] = {
    {kTop, "listen", ValueType::endpoints, false,
     "[\"*\"], port 53 of all addresses: where the world asks an authoritative server",
     "addresses and ports for UDP and TCP, as \"192.0.2.1\", \"127.0.0.1:5300\", \"[::1]:5300\" or "
     "\"*:5300\"",
     &Options::listen, 0, 0, "", kAtStart},
    server_number(kTop, "threads", "0, one per usable core: workers share nothing, so they scale",
                  "threads that answer", &Options::threads, 0, 1024, kAtStart),
    {kTop, "user", ValueType::text, false, "\"\": whoever starts the server",
     "the user that root becomes once the sockets are bound", &Options::user, 0, 0, "", kAtStart},
    {kTop, "group", ValueType::text, false, "\"\": the user's own",
     "the group that root takes on with the user", &Options::group, 0, 0, "", kAtStart},
    {kTop, "state-dir", ValueType::path, false,
     "\"apex-state\" beside the configuration: two servers never share one by accident",
     "the folder for what must outlive the process: zones added, secrets, the control socket",
     &Options::state_folder, 0, 0, "", kAtStart},
    {kTop,
     "include",
     ValueType::globs,
     false,
     "[]",
     "more files to read as if they stood here; * and ? stand in file names",
     {}},
    {kTop, "watch", ValueType::boolean, false,
     "false: a file that is being edited may be good syntax and yet not meant",
     "reload when a file was written or moved into place", &Options::watch, 0, 0, "", kAtStart},
    {kTop, "allow-query", ValueType::networks, false, "[\"any\"]: the data is public",
     "networks whose questions are answered, of zones that have no list of their own; \"!\" takes "
     "one out",
     &Options::allow_query},
    {kTop,
     "include-folder",
     ValueType::path,
     false,
     "\"\": anywhere",
     "lets $INCLUDE of all zones read below this folder only",
     {}},
    max_shrink(kTop, "100: any shrinking is accepted"),
    {kTop, "rotate", ValueType::boolean, false,
     "false: the same answer each time can be tested and cached",
     "begins each RRset of an answer at another record", &Options::rotate},
    {kTop, "send-together", ValueType::boolean, false, "true: under load an answer costs up to a quarter less",
     "replies to one client that are ready at once leave as one message, which the kernel cuts "
     "into "
     "datagrams; a capture on the server's own host shows it whole, so false is for statistics "
     "made of captures",
     &Options::send_together},
    {kTop, "follow", ValueType::choice, false,
     "\"zone\": one customer's alias never shows another customer's data",
     "whether aliases and additional data are followed inside the zone only, or into other zones "
     "of the view",
     &Options::follow, 0, 0, "zone|view"},
    server_number(kTop, "udp-size", "1232: fits every path without fragments (RFC 9715)",
                  "the longest answer over UDP, in octets", &Options::udp_size, 512, 4096),
    {kTop, "cookies", ValueType::boolean, false, "true: they show who forges addresses (RFC 7873)",
     "sends and checks DNS cookies", &Options::cookies},
    {kTop, "cookie-secrets", ValueType::secrets, false,
     "[]: a random one, kept in state-dir so that cookies outlive a restart",
     "one or two secrets of 32 hexadecimal digits, shared by the servers of an anycast address; "
     "the "
     "first makes new cookies, both are accepted",
     &Options::cookie_secrets},
    {kTop, "cookie-secret-file", ValueType::path, false, "\"\": none",
     "a file with such secrets, one a line, for who keeps secrets out of configurations",
     &Options::cookie_secret_file},
    {kTop, "nsid", ValueType::octets, false, "\"\": none is told",
     "what answers NSID (RFC 5001): text, or octets written \"0x...\"", &Options::nsid},
    {kTop, "version", ValueType::text, false, "\"\": REFUSED, since it helps attackers first",
     "what answers version.bind and version.server of class CH", &Options::version},
    {kTop, "server-id", ValueType::text, false, "\"\": REFUSED",
     "what answers id.server and hostname.bind of class CH (RFC 4892)", &Options::server_id},
    {kTop,
     "rules",
     ValueType::rules,
     false,
     "each rule's own severity",
     "what all zones make of rules (apex help rules)",
     {}},
    {kTop,
     "limits",
     ValueType::limits,
     false,
     "each limit's own default",
     "limits on what grows with a zone (apex help limits)",
     {}},
    {kTop, "tcp", ValueType::table, false, "the defaults of its keys", "limits on TCP", {}},
    {kTop,
     "rate-limit",
     ValueType::table,
     false,
     "the defaults of its keys",
     "response rate limiting: what keeps the server from flooding others",
     {}},
    {kTop,
     "log",
     ValueType::table,
     false,
     "the defaults of its keys",
     "what is logged, where and how",
     {}},
    {kTop, "zone", ValueType::zones, false, "none", "the zones, each under [[zone]]", {}},
    {kTop, "zones", ValueType::sources, false, "none", "many zones at once, by folder or list", {}},
    {kTop,
     "template",
     ValueType::templates,
     false,
     "none",
     "keys that many zones share, each under [template.NAME]",
     {}},
    {kTop,
     "policy",
     ValueType::policies,
     false,
     "\"default\", with the defaults of its keys",
     "how zones are signed, each under [policy.NAME]",
     {}},
    known_row(
        kTop, "view", ValueType::views, "none: all clients are answered alike",
        "what is served to whom, each under [[view]]; the first whose lists all hold answers"),
    known_row(kTop, "key", ValueType::keys, "none: requests with TSIG are answered NOTAUTH",
              "who may sign requests (TSIG, RFC 8945), each under [[key]]"),
    dnssec(kTop, "false: signing is a promise to renew signatures and keep keys"),

    server_number(kTcp, "connections", "20000: 10,000 idle ones leave room for new ones",
                  "connections at one time", &Options::tcp_connections, 1, 1'000'000, kAtStart),
    server_number(kTcp, "connections-per-client",
                  "1000: a big resolver is well below, and twenty of them fill no table",
                  "connections of one IPv4 address or IPv6 /64",
                  &Options::tcp_connections_per_client, 1, 1'000'000, kAtStart),
    server_number(kTcp, "idle-seconds", "10: seconds, as RFC 7766 6.2.3 asks",
                  "how long a connection may be idle", &Options::tcp_idle_seconds, 1, 3600,
                  kAtStart),
    server_number(kTcp, "message-seconds", "5: slower than that is nobody's network",
                  "how long a message may take to arrive", &Options::tcp_message_seconds, 1, 3600,
                  kAtStart),

    server_number(kLimit, "responses-per-second", "0, no limit: what is right depends on the load",
                  "answers of one kind and name that one network gets in a second",
                  &Options::responses_per_second, 0, 1'000'000, kAtStart),
    server_number(kLimit, "nodata-per-second", "as responses-per-second",
                  "the same for answers without data", &Options::nodata_per_second, 0, 1'000'000,
                  kAtStart),
    server_number(kLimit, "nxdomains-per-second", "as responses-per-second",
                  "the same for names that do not exist", &Options::nxdomains_per_second, 0,
                  1'000'000, kAtStart),
    server_number(kLimit, "referrals-per-second", "as responses-per-second",
                  "the same for referrals", &Options::referrals_per_second, 0, 1'000'000, kAtStart),
    server_number(kLimit, "errors-per-second", "as responses-per-second",
                  "the same for errors and refusals", &Options::errors_per_second, 0, 1'000'000,
                  kAtStart),
    server_number(kLimit, "window", "15: seconds, what others have",
                  "seconds of quiet after which a network has its whole rate again",
                  &Options::limit_window, 1, 3600, kAtStart),
    server_number(kLimit, "slip", "2: who is limited by mistake still gets through over TCP",
                  "one of so many limited answers is sent truncated, so that a true client asks "
                  "again over TCP; 0: none",
                  &Options::limit_slip, 0, 10, kAtStart),
    server_number(kLimit, "ipv4-prefix", "24: what one network mostly has",
                  "bits of an IPv4 address that tell networks apart", &Options::limit_ipv4_prefix,
                  0, 32),
    server_number(kLimit, "ipv6-prefix", "56: what one customer mostly has",
                  "bits of an IPv6 address that tell networks apart", &Options::limit_ipv6_prefix,
                  0, 128),
    {kLimit, "exempt", ValueType::networks, false, "[]; loopback is never limited",
     "networks that are never limited", &Options::limit_exempt, 0, 0, "", kAtStart},
    {kLimit, "log-only", ValueType::boolean, false, "false",
     "limits nothing, and logs who would be limited: to try a rate", &Options::limit_log_only, 0, 0,
     "", kAtStart},

    {kLog, "level", ValueType::choice, false, "\"info\": what changed, and what is wrong",
     "the least level that is logged", &Options::log_level, 0, 0, "debug|info|warning|error"},
    {kLog, "format", ValueType::choice, false, "\"logfmt\": read by people and programs",
     "the form of a line", &Options::log_form, 0, 0, "logfmt|json", kAtStart},
    {kLog, "file", ValueType::path, false, "\"\": standard error, which a service manager keeps",
     "the file that lines are added to; SIGHUP and `apex ctl log reopen` open it anew",
     &Options::log_file, 0, 0, "", kAtStart},
    {kLog, "queries", ValueType::boolean, false, "false: it costs time, and is private to clients",
     "logs each question and the kind of its answer", &Options::log_queries, 0, 0, "", kAtStart},
    {kLog, "queries-file", ValueType::path, false, "\"\": where the log is",
     "the file for the questions", &Options::log_queries_file, 0, 0, "", kAtStart},

    {Section::zone, "name", ValueType::text, true, "none", "the zone's origin", {}},
    {Section::zone,
     "file",
     ValueType::path,
     true,
     "none",
     "the zone file; a relative path starts at the folder of the configuration file",
     {}},
    {Section::zone,
     "template",
     ValueType::text,
     false,
     "none",
     "the template whose keys this zone takes over",
     {}},
    {Section::zone,
     "rules",
     ValueType::rules,
     false,
     "those of the template, then of all zones",
     "what this zone makes of rules",
     {}},
    {Section::zone,
     "allow-query",
     ValueType::networks,
     false,
     "that of the template, then the top",
     "networks whose questions about this zone are answered",
     {}},
    max_shrink(Section::zone, "that of the template, then the top"),
    dnssec(Section::zone, "that of the template, then the top"),
    {Section::zone,
     "include-folder",
     ValueType::path,
     false,
     "that of the template, then the top",
     "lets $INCLUDE read below this folder only",
     {}},

    {Section::zones,
     "folder",
     ValueType::path,
     false,
     "none: there is this or a list",
     "each file in it is a zone: its name is the origin, with or without .zone; names that begin "
     "with a dot or end in ~ are passed over",
     {}},
    {Section::zones,
     "list",
     ValueType::path,
     false,
     "none: there is this or a folder",
     "a file with a zone a line: its origin, blanks, its file; # begins a comment",
     {}},
    {Section::zones,
     "template",
     ValueType::text,
     false,
     "none",
     "the template whose keys these zones take over",
     {}},

    {Section::zone_template,
     "rules",
     ValueType::rules,
     false,
     "those of all zones",
     "what zones of this template make of rules",
     {}},
    {Section::zone_template,
     "allow-query",
     ValueType::networks,
     false,
     "that of the top",
     "networks whose questions about these zones are answered",
     {}},
    max_shrink(Section::zone_template, "that of the top"),
    dnssec(Section::zone_template, "that of the top"),
    {Section::zone_template,
     "include-folder",
     ValueType::path,
     false,
     "that of the top",
     "lets $INCLUDE read below this folder only",
     {}},

    policy("algorithm", ValueType::choice, "\"ecdsap256\": small, fast, and understood everywhere",
           "of the key that is made for a zone without keys", 0, 0,
           "ecdsap256|ecdsap384|ed25519|ed448|rsasha256|rsasha512"),
    policy("denial", ValueType::choice, "\"nsec\": smallest and cheapest",
           "the proof that a name does not exist", 0, 0, "nsec|nsec3"),
    policy("iterations", ValueType::number, "0, as RFC 9276 3.1 asks", "more hashing of NSEC3", 0,
           50),
    policy("opt-out", ValueType::boolean, "false: for big zones of unsigned delegations only",
           "leaves unsigned delegations out of the NSEC3 chain"),
    policy("validity-days", ValueType::number, "14: longer than a week-end and the repair after it",
           "how long signatures are valid", 2, 366),
    policy("renew-days", ValueType::number,
           "7: whatever stops the signer has to last so long before anybody notices",
           "signatures that are valid for fewer days are made anew", 1, 365),
    policy("zonemd", ValueType::boolean, "false: each change costs a digest of the whole zone",
           "adds a digest of the zone (RFC 8976)"),
    policy("dnskey-ttl", ValueType::number, "3600 seconds: the wait in each step of a rollover",
           "the TTL of the key set", 0, 604800),
    policy("cds", ValueType::choice, "\"auto\": a parent that looks for it needs no hand",
           "whether CDS and CDNSKEY tell the parent the DS, once that is safe", 0, 0, "auto|never"),

    known_row(kView, "name", ValueType::text, "",
              "what logs, counters and other tables call it; \"default\" is the view of all zones "
              "outside views, has no lists and is asked last wherever it stands"),
    known_row(kView, "clients", ValueType::networks, "all clients",
              "networks that questions come from; \"!\" takes one out"),
    known_row(kView, "destinations", ValueType::networks, "all addresses of this server",
              "addresses or networks that questions are sent to; \"!\" takes one out"),
    known_row(kView, "keys", ValueType::names, "all, and who does not sign",
              "TSIG keys, each the name of a [[key]]: one of them signed the question"),
    known_row(kView, "allow-query", ValueType::networks, "that of the top",
              "networks whose questions are answered, of zones that have no list of their own"),
    {kView,
     "follow",
     ValueType::choice,
     false,
     "that of the top",
     "whether aliases and additional data are followed inside the zone only, or into other zones "
     "of the view",
     {},
     0,
     0,
     "zone|view"},
    known_row(kView, "zones-from", ValueType::names, "[]: it serves its own zones alone",
              "views whose zones this one serves too: its own win, then those of the first"),
    known_row(kView, "zone", ValueType::zones, "none", "its zones, each under [[view.zone]]"),
    known_row(kView, "zones", ValueType::sources, "none",
              "many zones at once, each under [[view.zones]]"),

    known_row(kViewZone, "name", ValueType::text, "", "the zone's origin"),
    known_row(kViewZone, "file", ValueType::path, "none: there is this or a base",
              "the zone file; a relative path starts at the folder of the configuration file"),
    known_row(kViewZone, "base", ValueType::text, "none: there is this or a file",
              "the view whose zone of this name is served here too: the same, or what an overlay "
              "makes of it"),
    known_row(kViewZone, "overlay", ValueType::path, "none: the base's zone as it is",
              "a patch over the base: zone syntax with $REPLACE and $REMOVE (apex-zonefile(5))"),
    known_row(kViewZone, "template", ValueType::text, "none",
              "the template whose keys this zone takes over; a zone with a base has none"),
    known_row(kViewZone, "rules", ValueType::rules, "those of the base, or as for [[zone]]",
              "what this zone makes of rules"),
    known_row(kViewZone, "allow-query", ValueType::networks, "that of the base, or as for [[zone]]",
              "networks whose questions about this zone are answered"),
    max_shrink(kViewZone, "that of the base, or as for [[zone]]"),
    known_row(kViewZone, "dnssec", ValueType::dnssec, "that of the base, or as for [[zone]]",
              "signs, as for [[zone]]; \"insecure\" lets an overlay over a signed base whose "
              "private keys are elsewhere be served without signatures"),
    known_row(kViewZone, "include-folder", ValueType::path, "that of the base, or as for [[zone]]",
              "lets $INCLUDE read below this folder only"),

    known_row(kViewZones, "folder", ValueType::path, "none: there is this or a list",
              "each file in it is a zone, as for [[zones]]"),
    known_row(kViewZones, "list", ValueType::path, "none: there is this or a folder",
              "a file with a zone a line, as for [[zones]]"),
    known_row(kViewZones, "template", ValueType::text, "none",
              "the template whose keys these zones take over"),

    known_row(kKey, "name", ValueType::text, "that of the file, where it names one",
              "the key's name, the same at both ends"),
    {kKey,
     "algorithm",
     ValueType::choice,
     false,
     "that of the file, else \"hmac-sha256\": what RFC 8945 6 asks of everyone",
     "how a MAC is made; hmac-md5 and hmac-sha1 are for old secondaries only",
     {},
     0,
     0,
     "hmac-sha256|hmac-sha512|hmac-sha384|hmac-sha224|hmac-sha1|hmac-md5|hmac-sha256-128|"
     "hmac-sha384-192|hmac-sha512-256"},
    known_row(kKey, "secret", ValueType::text, "none: there is this or a secret-file",
              "the secret in base64; `apex keygen --tsig NAME` makes one"),
    known_row(kKey, "secret-file", ValueType::path, "none: there is this or a secret",
              "a file that holds the secret alone, or the key statement that tsig-keygen prints"),
    {kKey,
     "least-mac",
     ValueType::number,
     false,
     "0: whole ones only",
     "accepts MACs that were cut to so many octets (RFC 8945 5.2.2.1)",
     {},
     0,
     64},
};

bool same_value(const Row& row, const Options& a, const Options& b) {
    return std::visit(
        [&](auto member) {
            if constexpr (std::is_same_v<decltype(member), std::monostate>)
                return true;
            else
                return a.*member == b.*member;
        },
        row.target);
}

}  // namespace

std::span<const ConfigurationRow> configuration_rows() {
    return kRows;
}

const ConfigurationRow* find_row(Section section, std::string_view key) {
    for (const Row& row : kRows)
        if (row.section == section && key == row.key) return &row;
    return nullptr;
}

std::vector<std::string_view> keys_of(Section section) {
    std::vector<std::string_view> keys;
    for (const Row& row : kRows)
        if (row.section == section) keys.emplace_back(row.key);
    return keys;
}

std::string_view to_string(Section section) {
    static constexpr std::string_view kWords[] = {
        "the file's top", "[tcp]",         "[rate-limit]",    "[log]",
        "[[zone]]",       "[[zones]]",     "[template.NAME]", "[policy.NAME]",
        "[[view]]",       "[[view.zone]]", "[[view.zones]]",  "[[key]]"};
    return kWords[static_cast<size_t>(section)];
}

std::vector<std::string_view> choices_of(const ConfigurationRow& row) {
    std::vector<std::string_view> words;
    std::string_view rest = row.choices;
    while (!rest.empty()) {
        size_t end = std::min(rest.find('|'), rest.size());
        words.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return words;
}

std::string value_text(const ConfigurationRow& row) {
    static constexpr std::string_view kWords[] = {"a string in quotes",
                                                  "a path in quotes",
                                                  "a string in quotes",
                                                  "a whole number",
                                                  "true or false",
                                                  "one of",
                                                  "a list of paths",
                                                  "a list of addresses",
                                                  "a list of networks",
                                                  "a list of one or two strings",
                                                  "a table of rules and severities",
                                                  "a table of limits and numbers",
                                                  "a table",
                                                  "a list of tables, each under",
                                                  "a list of tables, each under",
                                                  "tables, each under [template.NAME]",
                                                  "tables, each under [policy.NAME]",
                                                  "a list of tables, each under",
                                                  "a list of names",
                                                  "a list of tables, each under",
                                                  "true, false, the name of a policy, or "
                                                  "\"unsign\""};
    std::string text(kWords[static_cast<size_t>(row.type)]);
    if (row.type == ValueType::number)
        text += " from " + std::to_string(row.least) + " to " + std::to_string(row.most);
    if (row.type == ValueType::table) text += ", under [" + std::string(row.key) + "]";
    if (text.ends_with("each under"))
        text += row.section == Section::view ? " [[view." + std::string(row.key) + "]]"
                                             : " [[" + std::string(row.key) + "]]";
    const char* between = " \"";
    for (std::string_view choice : choices_of(row)) {
        text += between + std::string(choice) + "\"";
        between = ", \"";
    }
    return text;
}

std::vector<const ConfigurationRow*> changed_rows(const ServerOptions& before,
                                                  const ServerOptions& after) {
    std::vector<const ConfigurationRow*> rows;
    for (const Row& row : kRows)
        if (!same_value(row, before, after)) rows.push_back(&row);
    return rows;
}

}  // namespace server
