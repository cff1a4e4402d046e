#include <doctest/doctest.h>
#include <sys/prctl.h>

#include "server/cli/commands.h"
#include "server/publish/disk_files.h"
#include "tests/server/publish/temporary_folder.h"

namespace apex_tests {

namespace {

struct StillClock : dns::Clock {
    dns::UnixTime now() const override { return 1772323200; }
    int64_t steady_ns() const override { return 0; }
};

struct Ran {
    int exit_code;
    std::string out, errors;
};

Ran run_command(std::vector<std::string> words) {
    StillClock clock;
    server::DiskFiles files;
    server::Output out(-1), errors(-1);
    server::World world{clock, files, out, errors};
    int exit_code = server::run(world, words);
    return {exit_code, out.text(), errors.text()};
}

// Whether the process may be dumped and traced; it may again afterwards.
bool was_open_to_others() {
    bool open = ::prctl(PR_GET_DUMPABLE) != 0;
    ::prctl(PR_SET_DUMPABLE, 1);
    return open;
}

}  // namespace

TEST_CASE("keygen, keys, ds: whoever has read or made a key leaves no core") {
    TemporaryFolder folder;
    REQUIRE(was_open_to_others());
    Ran made = run_command({"keygen", "--keys", folder.path(), "example.com"});
    CHECK(made.errors == "");
    CHECK(made.exit_code == 0);
    CHECK_FALSE(was_open_to_others());
    CHECK(run_command({"keys", "--keys", folder.path(), "example.com"}).exit_code == 0);
    CHECK_FALSE(was_open_to_others());
    CHECK(run_command({"ds", "--keys", folder.path(), "example.com"}).exit_code == 0);
    CHECK_FALSE(was_open_to_others());
    CHECK(run_command({"version"}).exit_code == 0);
    CHECK(was_open_to_others());
}

TEST_CASE("keygen: times are the clock's") {
    TemporaryFolder folder;
    Ran made = run_command({"keygen", "--keys", folder.path(), "-I", "+1d", "example.com"});
    was_open_to_others();
    Ran keys = run_command({"keys", "--keys", folder.path(), "example.com"});
    was_open_to_others();
    std::string base = made.out.substr(0, made.out.size() - 1);
    CHECK(keys.out ==
          "now                   CSK  active     " + base + "  signs everything\n" +
              "2026-03-02T00:00:00Z  CSK  retired    " + base + "  signs everything\n" +
              "2026-03-02T01:00:00Z  CSK  DS         " + base +
              "  its DS may be given to the parent\n" + "warning: at 2026-03-02T00:00:00Z " + base +
              " would end and leave nothing in its place: it goes on signing; make a successor\n");
}

}  // namespace apex_tests
