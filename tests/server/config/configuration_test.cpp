#include "server/config/configuration.h"

#include <doctest/doctest.h>

#include "server/config/options.h"
#include "server/config/rule_choices.h"
#include "tests/server/config/read_configuration.h"
#include "tests/support/octets.h"

namespace apex_tests {

TEST_CASE("configuration: zones inherit from their template and from the top") {
    ReadConfiguration read(R"(rules = { no-ttl = "error", outside-zone = "note" }
limits = { include-depth = 3 }
max-shrink = 20
include-folder = "zones"
[[zone]]
name = "a.example"
file = "a.zone"
[[zone]]
name = "B.example."
file = "/zones/b.zone"
template = "loose"
rules = { outside-zone = "off" }
allow-query = ["10.0.0.0/8"]
[template.loose]
rules = { no-ttl = "off", outside-zone = "error" }
max-shrink = 50
include-folder = "/else"
)");
    CHECK(read.finding() == "none");
    REQUIRE(read.configuration.zones.size() == 2);
    server::ConfiguredZone a = read.configuration.zones[0], b = read.configuration.zones[1];
    CHECK(dns::to_text(a.name) == "a.example.");
    CHECK(a.file == "conf/a.zone");
    CHECK(b.file == "/zones/b.zone");
    CHECK(read.configuration.limits.include_depth == 3);
    CHECK(read.severity(0, "no-ttl") == dns::Severity::error);
    CHECK(read.severity(0, "outside-zone") == dns::Severity::note);
    CHECK(read.severity(1, "no-ttl") == dns::Severity::off);
    CHECK(read.severity(1, "outside-zone") == dns::Severity::off);
    CHECK(a.choices->max_shrink == 20);
    CHECK(b.choices->max_shrink == 50);
    CHECK(a.choices->include_folder == "conf/zones");
    CHECK(b.choices->include_folder == "/else");
    CHECK_FALSE(a.choices->allow_query.has_value());
    CHECK(b.choices->allow_query->size() == 1);
}

TEST_CASE("configuration: zones that chose the same share their choices") {
    ReadConfiguration read(R"(
zone = [{ name = "a", file = "a", rules = { no-ttl = "off" } },
        { name = "b", file = "b", rules = { no-ttl = "off" } },
        { name = "c", file = "c", template = "t" }, { name = "d", file = "d" },
        { name = "e", file = "e" }]
[template.t]
rules = { no-ttl = "off" }
)");
    CHECK(read.finding() == "none");
    auto choices = [&](size_t i) { return read.configuration.zones[i].choices; };
    CHECK(choices(0) == choices(1));
    CHECK(choices(0) == choices(2));
    CHECK(choices(3) == choices(4));
    CHECK(choices(3) == read.configuration.choices);
    CHECK(choices(0) != choices(3));
}

TEST_CASE("configuration: options of the server") {
    ReadConfiguration read(R"(
listen = ["127.0.0.1:5300", "[::1]:5300"]
threads = 3
user = "dns"
state-dir = "/var/lib/apex"
watch = true
allow-query = ["!10.9.0.0/16", "any"]
rotate = true
send-together = false
follow = "view"
udp-size = 1400
cookies = false
cookie-secrets = ["00112233445566778899aabbccddeeff"]
nsid = "0x01fF"
version = "x"
server-id = "y"
[tcp]
connections = 5
[rate-limit]
responses-per-second = 7
exempt = []
[log]
level = "warning"
format = "json"
file = "apex.log"
)");
    CHECK(read.finding() == "none");
    const server::ServerOptions& options = read.configuration.server;
    CHECK(options.listen == std::vector<std::string>{"127.0.0.1:5300", "[::1]:5300"});
    CHECK(options.threads == 3);
    CHECK(options.user == "dns");
    CHECK(options.state_folder == "/var/lib/apex");
    CHECK(options.watch);
    CHECK(options.allow_query.size() == 2);
    CHECK(options.rotate);
    CHECK_FALSE(options.send_together);
    CHECK(options.follow == server::Follow::view);
    CHECK(options.udp_size == 1400);
    CHECK_FALSE(options.cookies);
    CHECK(options.cookie_secrets.size() == 1);
    CHECK(options.nsid == "\x01\xff");
    CHECK(options.version == "x");
    CHECK(options.server_id == "y");
    CHECK(options.tcp_connections == 5);
    CHECK(options.responses_per_second == 7);
    CHECK(options.log_level == server::LogWeight::warning);
    CHECK(options.log_form == server::LogForm::json);
    CHECK(options.log_file == "conf/apex.log");
}

TEST_CASE("configuration: what is not said has the default that its row tells") {
    server::ServerOptions options = ReadConfiguration("").configuration.server;
    CHECK(options.state_folder == "conf/apex-state");
    options.state_folder.clear();
    CHECK(server::changed_rows(options, server::ServerOptions()).empty());
    for (const server::ConfigurationRow& row : server::configuration_rows()) {
        CAPTURE(row.key);
        std::string fallback = row.fallback;
        if (auto* number = std::get_if<uint32_t server::ServerOptions::*>(&row.target)) {
            uint32_t value = options.**number;
            CHECK((value == UINT32_MAX || fallback.rfind(std::to_string(value), 0) == 0));
            CHECK((value == UINT32_MAX || (value >= row.least && value <= row.most)));
        }
        if (auto* boolean = std::get_if<bool server::ServerOptions::*>(&row.target))
            CHECK(fallback.rfind(options.**boolean ? "true" : "false", 0) == 0);
        CHECK(server::find_row(row.section, row.key) == &row);
    }
}

TEST_CASE("configuration: an empty one is good") {
    CHECK(ReadConfiguration("").finding() == "none");
    CHECK(ReadConfiguration("# nothing\n").configuration.zones.empty());
    CHECK(ReadConfiguration("", "apex.toml").finding() == "none");
}

// What is wrong, where, and what would be right: tests/server/config/faults.txt.
TEST_CASE("configuration: each fault has its place and its hint") {
    size_t cases = 0;
    for (const ConfigurationCase& each : configuration_cases()) {
        CAPTURE(each.text);
        CHECK(ReadConfiguration(each.text).told() == each.expected);
        ++cases;
    }
    CHECK(cases > 40);
    // Where toml++ asserts what the text need not hold.
    for (const char* text : {"[\x1f[view]]", "\x1f", "a.\x1f", "{", "x = {\x1f", "[[\x7f",
                             "ta\xcc\x9a = 1", "x = \xc3\xa9", "x = \"\"\"\\\n\xc3\xa9"}) {
        CAPTURE(text);
        CHECK(ReadConfiguration(text).findings.failed());
    }
    CHECK(ReadConfiguration(std::string("x = \"\0\"", 7)).findings.failed());
}

TEST_CASE("configuration: a file that is not there is no finding") {
    MemoryFiles files;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    CHECK_FALSE(server::read_configuration(files, "apex.toml", sources, findings).ok());
    CHECK_FALSE(findings.failed());
}

TEST_CASE("configuration: other parts say what is wrong with their texts") {
    server::ReadingOptions options;
    options.checks.network = [](std::string_view text) -> dns::Result<void> {
        if (text == "good") return {};
        return dns::Fault{"bad network"};
    };
    options.checks.endpoint = [](std::string_view text) -> dns::Result<void> {
        if (text == "here") return {};
        return dns::Fault{"bad endpoint"};
    };
    std::string text =
        "allow-query = ['good',\n'x']\nlisten = ['here', 'there']\n"
        "[rate-limit]\nexempt = ['good', 'y']";
    ReadConfiguration read(text, "conf/apex.toml", options);
    CHECK(read.told() == "2:1 bad-value\n3:19 bad-value\n5:19 bad-value\n");
}

TEST_CASE("configuration: included files are read as if they stood there") {
    FolderFiles files;
    files.put("conf/apex.toml",
              "include = ['zones.d/*.toml', 'more.toml']\nthreads = 2\n"
              "[template.t]\nmax-shrink = 5\n");
    files.put("conf/zones.d/b.toml", "[[zone]]\nname = 'b'\nfile = 'b.zone'\ntemplate = 't'");
    files.put("conf/zones.d/a.toml", "[[zone]]\nname = 'a'\nfile = 'a.zone'\ntemplate = 'u'");
    files.put("conf/zones.d/other.txt", "no TOML");
    files.put("conf/more.toml", "[template.u]\nmax-shrink = 6\n");
    ReadConfiguration read(files, "conf/apex.toml");
    CHECK(read.told() == "");
    REQUIRE(read.configuration.zones.size() == 2);
    CHECK(read.configuration.zones[0].file == "conf/zones.d/a.zone");
    CHECK(read.configuration.zones[0].choices->max_shrink == 6);
    CHECK(read.configuration.zones[1].choices->max_shrink == 5);
    CHECK(read.configuration.files.size() == 5);  // the folder too

    files.put("conf/more.toml", "threads = 3\n[template.t]\n[template.u]\n");
    CHECK(ReadConfiguration(files, "conf/apex.toml").told() ==
          "conf/more.toml 1:11 key-twice\nconf/more.toml 2:1 key-twice\n");
    files.put("conf/more.toml", "include = []");
    CHECK(ReadConfiguration(files, "conf/apex.toml").findings.failed());
    files.put("conf/apex.toml", "include = ['missing.toml']");
    CHECK(ReadConfiguration(files, "conf/apex.toml").finding() == "1:11 unreadable");
    files.put("conf/apex.toml", "include = ['*/a.toml']");
    CHECK(ReadConfiguration(files, "conf/apex.toml").findings.failed());
    files.put("conf/apex.toml", "include = ['none-*.toml', 'apex.toml']");
    CHECK(ReadConfiguration(files, "conf/apex.toml").findings.failed());
}

TEST_CASE("configuration: many zones from a list and from a folder") {
    FolderFiles files;
    files.put("conf/apex.toml",
              "[[zones]]\nlist = 'lists/all'\ntemplate = 't'\n"
              "[[zones]]\nfolder = 'customers'\n[template.t]\nmax-shrink = 1\n");
    files.put("conf/lists/all",
              "# name file\n\n  a.example\t a.zone \r\nb.example /z/with blank\n\r\n");
    for (const char* name : {"c.example", "d.example.zone", ".hidden", "e.example~"})
        files.put(std::string("conf/customers/") + name, "");
    ReadConfiguration read(files, "conf/apex.toml");
    CHECK(read.told() == "");
    std::string all;
    for (size_t i = 0; i < read.configuration.zones.size(); ++i) {
        server::ConfiguredZone zone = read.configuration.zones[i];
        all += dns::to_text(zone.name) + " " + std::string(zone.file) + " " +
               std::to_string(zone.choices->max_shrink) + "\n";
    }
    CHECK(all ==
          "a.example. conf/lists/a.zone 1\nb.example. /z/with blank 1\n"
          "c.example. conf/customers/c.example 100\n"
          "d.example. conf/customers/d.example.zone 100\n");

    files.put("conf/lists/all", "a.example\nx..y z\nc.example c\n");
    CHECK(ReadConfiguration(files, "conf/apex.toml").told() ==
          "conf/apex.toml 5:10 zone-twice\nconf/lists/all 1:1 bad-value\n"
          "conf/lists/all 2:1 bad-value\n");
}

TEST_CASE("configuration: a zone that stands twice is told with both places") {
    ReadConfiguration read(
        "[[zone]]\nname='a.example'\nfile='x'\n[[zone]]\nname='A.example.'\n"
        "file='y'\n");
    REQUIRE(read.findings.rows().size() == 1);
    CHECK(read.findings.rows()[0].line == 5);
    CHECK(read.findings.rows()[0].sentence() ==
          "zone 'A.example.' stands here a second time; it stands first at conf/apex.toml:2");
}

TEST_CASE("configuration: it is known again, unless it was too young to be") {
    FolderFiles files;
    files.put("conf/apex.toml", "[[zones]]\nfolder = 'z'");
    files.put("conf/z/a", "");
    std::vector<server::ReadFile> read =
        ReadConfiguration(files, "conf/apex.toml").configuration.files;
    CHECK(read.size() == 2);
    CHECK(server::are_unchanged(read, files));
    files.put("conf/z/b", "");
    CHECK_FALSE(server::are_unchanged(read, files));
    // MemoryFiles count their changes in nanoseconds from 0.
    server::ReadingOptions options;
    options.now = 1;
    CHECK_FALSE(server::are_unchanged(
        ReadConfiguration(files, "conf/apex.toml", options).configuration.files, files));
    options.now = 2;
    CHECK(server::are_unchanged(
        ReadConfiguration(files, "conf/apex.toml", options).configuration.files, files));
}

TEST_CASE("zone rows: names are found whatever their case, and stand once") {
    server::ZoneRows rows({1, 2});
    auto choices = std::make_shared<const server::ZoneChoices>();
    CHECK(rows.find(0, name("a.")) == rows.size());
    for (size_t i = 0; i < 1000; ++i) {
        dns::Name each = name("z" + std::to_string(i) + ".example.");
        CHECK(
            rows.add(
                {0, each, server::ZoneSource::file, 0, "file" + std::to_string(i), choices, {}}) ==
            i);
    }
    for (size_t i = 0; i < 1000; ++i) {
        dns::Name each = name("Z" + std::to_string(i) + ".EXAMPLE.");
        CHECK(rows.find(0, each) == i);
        CHECK(rows.add({0, each, server::ZoneSource::file, 0, "other", choices, {}}) == i);
        CHECK(rows[i].file == "file" + std::to_string(i));
    }
    CHECK(rows.size() == 1000);
    CHECK(rows.find(0, name("z1000.example.")) == 1000);
}

}  // namespace apex_tests
