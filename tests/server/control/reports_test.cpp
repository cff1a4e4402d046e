#include "server/control/reports.h"

#include <doctest/doctest.h>

#include "zoneparser/fields.h"

namespace apex_tests {

namespace {

dns::Name name_of(std::string_view text) {
    dns::Name name;
    std::string reason;
    REQUIRE(zoneparser::parse_name(text, name, reason));
    return name;
}

}  // namespace

TEST_CASE("reports: durations") {
    using server::duration_text;
    CHECK(duration_text(0) == "0 s");
    CHECK(duration_text(59) == "59 s");
    CHECK(duration_text(60) == "1 min");
    CHECK(duration_text(61) == "1 min 1 s");
    CHECK(duration_text(3600) == "1 h");
    CHECK(duration_text(3659) == "1 h");
    CHECK(duration_text(90000) == "1 d 1 h");
    CHECK(duration_text(86400 * 400 + 59) == "400 d");
}

TEST_CASE("reports: the status, for people and for programs") {
    server::ServerStatus status;
    status.version = "1.2.3";
    status.process = 42;
    status.state = "serving";
    status.configuration = "/etc/a\npex.toml";
    status.listen = {"127.0.0.1:53", "[::1]:53"};
    status.workers = 2;
    status.started = 1'795'264'254;
    status.now = status.started + 61;
    status.publisher.zones = 3;
    status.publisher.not_loaded = 1;
    status.publisher.records = 12;
    status.queries = 7;
    std::string text = server::status_text(status);
    CHECK(text.find("state           serving\n") == 0);
    CHECK(text.find("started         2026-11-21T12:30:54Z, 1 min 1 s ago\n") != std::string::npos);
    CHECK(text.find("configuration   /etc/a\\010pex.toml\n") != std::string::npos);
    CHECK(text.find("listen          127.0.0.1:53 [::1]:53\n") != std::string::npos);
    CHECK(text.find("zones           3, 1 not loaded\n") != std::string::npos);
    CHECK(
        server::status_json(status) ==
        "{\"state\":\"serving\",\"apex\":\"1.2.3\",\"process\":42,"
        "\"started\":\"2026-11-21T12:30:54Z\",\"seconds\":61,"
        "\"configuration\":\"/etc/a\\u000apex.toml\",\"listen\":[\"127.0.0.1:53\",\"[::1]:53\"],"
        "\"workers\":2,\"zones\":3,\"zones_not_loaded\":1,\"zones_refused\":0,\"records\":12,"
        "\"set\":0,\"loading\":false,\"queries\":7,\"tcp_connections\":0,\"log_lines_lost\":0}\n");
}

TEST_CASE("reports: zones") {
    server::ZoneLine line;
    line.zone.name = name_of("example.com");
    line.zone.file = "zones/example.com.zone";
    line.view = "default";
    CHECK(server::zone_state(line.zone) == "not-loaded");
    line.zone.refused = "line 3 is wrong";
    CHECK(server::zone_text(line).find("not-loaded") != std::string::npos);
    line.zone.loaded = true;
    line.zone.serial = 7;
    CHECK(server::zone_state(line.zone) == "refused");
    CHECK(server::zone_text(line).find("\n  line 3 is wrong\n") != std::string::npos);
    line.zone.refused.clear();
    line.zone.added = true;
    line.zone.records = 12;
    line.zone.names = 5;
    line.queries = 99;
    CHECK(server::zone_state(line.zone) == "served");
    CHECK(server::zone_json(line) ==
          "{\"zone\":\"example.com.\",\"view\":\"default\",\"state\":\"served\","
          "\"file\":\"zones/example.com.zone\",\"added\":true,\"serial\":7,\"names\":5,"
          "\"records\":12,\"queries\":99}\n");
}

TEST_CASE("reports: what is counted has a name, and what is 0 is left out") {
    server::NamedTotals stats;
    stats.totals.queries[0] = 5;
    stats.totals.types[1] = 4;
    stats.totals.types[server::kCountedTypes - 1] = 1;
    stats.totals.rcodes[3] = 2;
    stats.totals.latency[10] = 3;
    stats.totals.latency[11] = 1;
    stats.views = {{"default", 5}};
    stats.zones = {{"example.com.", 5}};
    stats.zones_left_out = 2;
    std::string text = server::stats_text(stats);
    CHECK(text.find("queries by transport\n           5  udp\n") != std::string::npos);
    CHECK(text.find("queries by type\n           4  A\n           1  others\n") !=
          std::string::npos);
    CHECK(text.find("answers by rcode\n           2  NXDOMAIN\n") != std::string::npos);
    CHECK(text.find("answers by kind") == std::string::npos);
    CHECK(text.find("and 2 zones more") != std::string::npos);
    CHECK(text.find("           3  below 2 us    ****") != std::string::npos);
    std::string json = server::stats_json(stats);
    CHECK(json.find("\"types\":{\"A\":4,\"others\":1}") != std::string::npos);
    CHECK(json.find("\"latency\":[{\"below_ns\":2048,\"answers\":3},{\"below_ns\":4096,"
                    "\"answers\":1}]") != std::string::npos);
    CHECK(server::stats_text({}).find("queries by transport\n  none\n") != std::string::npos);
}

}  // namespace apex_tests
