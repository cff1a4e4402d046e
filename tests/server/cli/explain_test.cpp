// `apex explain` against the texts in tests/server/cli/explain: calls behind "$ ", and what each
// prints, with "exit N" where that is not 0.
#include "server/cli/explain.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "server/cli/commands.h"
#include "server/cli/explain_json.h"
#include "server/cli/explain_text.h"
#include "tests/support/memory_files.h"
#include "tests/support/octets.h"

namespace apex_tests {

namespace fs = std::filesystem;

namespace {

struct FixedClock : dns::Clock {
    dns::UnixTime now() const override { return 1767225600; }
    int64_t steady_ns() const override { return 0; }
};

fs::path folder() {
    return fs::path(source_folder()) / "tests/server/cli/explain";
}

// The zones and configurations of the folder, under their names alone.
MemoryFiles example_files() {
    MemoryFiles files;
    for (const auto& entry : fs::directory_iterator(folder()))
        if (entry.path().extension() == ".zone" || entry.path().extension() == ".toml")
            files.put(entry.path().filename().string(), read_whole_file(entry.path().string()));
    return files;
}

std::string explained(const MemoryFiles& files, const std::string& command) {
    std::istringstream in(command);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    FixedClock clock;
    server::Output out(-1), errors(-1);
    server::World world{clock, files, out, errors};
    int exit_code = server::run(world, std::span(words).subspan(1));
    std::string text = out.text() + errors.text();
    if (exit_code != 0) text += "exit " + std::to_string(exit_code) + "\n";
    return text;
}

}  // namespace

TEST_CASE("explain: the worked examples") {
    MemoryFiles files = example_files();
    size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder())) {
        if (entry.path().extension() != ".txt") continue;
        std::string text = read_whole_file(entry.path().string());
        CAPTURE(entry.path().filename().string());
        for (size_t at = 0; at < text.size();) {
            REQUIRE(text.compare(at, 2, "$ ") == 0);
            size_t line_end = text.find('\n', at);
            size_t next = std::min(text.find("\n$ ", line_end), text.size() - 1) + 1;
            std::string command = text.substr(at + 2, line_end - at - 2);
            CAPTURE(command);
            CHECK(explained(files, command) == text.substr(line_end + 1, next - line_end - 1));
            at = next;
            ++count;
        }
    }
    CHECK(count > 40);
}

TEST_CASE("explain: only zones that matter are loaded") {
    MemoryFiles files;
    std::string configuration;
    for (int i = 0; i < 50; ++i)
        configuration += "[[zone]]\nname = \"z" + std::to_string(i) + ".example\"\nfile = \"" +
                         (i == 7 ? "good" : "missing") + ".zone\"\n";
    files.put("apex.toml", configuration);
    files.put("good.zone", "@ 300 SOA ns h 1 2 3 4 5\n@ 300 NS ns.elsewhere.\n");
    std::string text = explained(files, "apex explain www.z7.example -c apex.toml");
    CHECK(text.find("www.z7.example. does not exist: NXDOMAIN") != std::string::npos);
    CHECK(text.find("exit") == std::string::npos);
    text = explained(files, "apex explain www.z8.example -c apex.toml");
    CHECK(text.find("cannot read 'missing.zone'") != std::string::npos);
    CHECK(text.find("exit 3") != std::string::npos);
}

TEST_CASE("explain: colour changes no word") {
    MemoryFiles files = example_files();
    std::string call = "apex explain --do nope.signed.example signed.example=signed.example.zone";
    std::string plain = explained(files, call),
                coloured = explained(files, call + " --color always");
    CHECK(coloured != plain);
    std::string stripped;
    for (size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\033')
            i = coloured.find('m', i);
        else
            stripped += coloured[i];
    }
    CHECK(stripped == plain);
}

TEST_CASE("explain: every step and every reason has words") {
    for (size_t i = 0; i < static_cast<size_t>(server::StepKind::kCount); ++i) {
        const server::StepRow& row = server::step_row(static_cast<server::StepKind>(i));
        CHECK(std::string_view(row.sentence).size() > 8);
        CHECK(std::string_view(row.word).find('_') == std::string_view::npos);
    }
    for (server::Why why = server::Why::asked;; why = static_cast<server::Why>(int(why) + 1)) {
        CHECK(std::string_view(server::reason_row(why).sentence).size() > 5);
        CHECK(std::string_view(server::reason_row(why).reference).substr(0, 4) == "RFC ");
        if (why == server::Why::one_for_any) break;
    }
}

namespace {

// A set of two views, as a configuration with views makes it.
server::Set two_views(const std::shared_ptr<const server::ServedZone>& zone) {
    server::Set set;
    auto list = [](std::initializer_list<const char*> words) {
        std::vector<server::Network> networks;
        for (const char* word : words) networks.push_back(*server::read_network(word));
        return server::NetworkList(std::move(networks));
    };
    auto inside = std::make_shared<server::View>();
    inside->name = "inside";
    inside->clients = list({"!10.9.0.0/16", "10.0.0.0/8", "fd00::/8"});
    auto lab = std::make_shared<server::View>();
    lab->name = "lab";
    lab->destinations = list({"192.0.2.53"});
    auto rest = std::make_shared<server::View>();
    rest->name = "default";
    if (zone) rest->zones.put(zone);
    if (zone) inside->zones.put(zone);
    rest->allow_all = false;
    rest->allow_query = list({"198.51.100.0/24"});
    set.views = {inside, lab, rest};
    return set;
}

std::string view_part(const server::Set& set, const char* client, const char* local) {
    server::ExplainCall call;
    server::read_address(client, call.client.address);
    server::read_address(local, call.client.local);
    std::string text = server::explain_text(set, call, 0);
    size_t from = text.find("\nview\n"), to = text.find("\nmessage\n");
    return text.substr(from + 6, to - from - 6);
}

}  // namespace

TEST_CASE("explain: the view, and why the ones before were passed over") {
    server::Set set = two_views(nullptr);
    CHECK(view_part(set, "10.1.2.3", "192.0.2.1") ==
          "  inside answers this client: 10.1.2.3 is one of its clients, !10.9.0.0/16, 10.0.0.0/8, "
          "fd00::/8\n"
          "\nzone\n  no zone here is at or above .: REFUSED [RFC 8914 4.21]\n");
    CHECK(view_part(set, "10.9.2.3", "192.0.2.53") ==
          "  inside is not for this client: 10.9.2.3 is none of its clients, !10.9.0.0/16, "
          "10.0.0.0/8, fd00::/8\n"
          "  lab answers this client: 192.0.2.53 is one of its destinations, 192.0.2.53/32\n"
          "\nzone\n  no zone here is at or above .: REFUSED [RFC 8914 4.21]\n");
}

TEST_CASE("explain: a zone that is not loaded, and one that may not be asked") {
    auto zone = std::make_shared<const server::ServedZone>(dns::Name(), 0, nullptr,
                                                           std::make_shared<server::ZoneOptions>(),
                                                           nullptr, "root.zone:3:1: no SOA");
    server::Set set = two_views(zone);
    std::string text = view_part(set, "10.1.2.3", "192.0.2.1");
    CHECK(text.substr(text.find("\nzone\n")) ==
          "\nzone\n  . is the nearest zone at or above . [RFC 1034 4.3.2]\n"
          "  . is not loaded: SERVFAIL: root.zone:3:1: no SOA [RFC 8914 4.15]\n");
    text = view_part(set, "192.0.2.9", "192.0.2.1");
    CHECK(text.substr(text.find("\nzone\n")) ==
          "\nzone\n  . is the nearest zone at or above . [RFC 1034 4.3.2]\n"
          "  this client may not ask .: REFUSED: 192.0.2.9 is none of those who may, "
          "198.51.100.0/24 [RFC 8914 4.19]\n");
}

TEST_CASE("explain: words of a call that goes to a running server") {
    std::vector<std::string> words = {"www.example.com", "mx", "--do", "10.0.0.1", "--tcp"};
    auto call = server::read_explain_words(words);
    REQUIRE(call.ok());
    CHECK(dns::to_text(call->name) == "www.example.com.");
    CHECK(call->type == dns::type::MX);
    CHECK(call->dnssec_ok);
    CHECK(server::to_text(call->client.address) == "10.0.0.1");
    CHECK(call->client.transport == server::Transport::tcp);
    words = {"www.example.com", "--size", "70000"};
    CHECK_FALSE(server::read_explain_words(words).ok());
}

}  // namespace apex_tests
