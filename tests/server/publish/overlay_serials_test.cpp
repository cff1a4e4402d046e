#include "server/publish/overlay_serials.h"

#include <doctest/doctest.h>

#include "server/publish/disk_files.h"
#include "tests/server/publish/temporary_folder.h"
#include "tests/support/zone_text.h"

namespace apex_tests {

TEST_CASE("overlay serials: what was kept is read again, by view and zone") {
    TemporaryFolder folder;
    server::DiskFiles files;
    server::OverlaySerials serials;
    REQUIRE(serials.open(files, folder.at("")).ok());
    serials.put("inside", make_name("A.example"), {7, 0xabcdef0123456789});
    serials.put("a view\twith a tab", make_name("a.example"), {4294967295, 0});
    CHECK(serials.keep(files).ok());
    server::OverlaySerials again;
    REQUIRE(again.open(files, folder.at("")).ok());
    REQUIRE(again.find("inside", make_name("a.EXAMPLE")) != nullptr);
    CHECK(*again.find("inside", make_name("a.example")) ==
          server::OverlaySerial{7, 0xabcdef0123456789});
    CHECK(*again.find("a view\twith a tab", make_name("a.example")) ==
          server::OverlaySerial{4294967295, 0});
    CHECK(again.find("outside", make_name("a.example")) == nullptr);
    CHECK(again.find("inside", make_name("b.example")) == nullptr);
}

TEST_CASE(
    "overlay serials: a list that cannot be read says where; one that cannot be written, why") {
    TemporaryFolder folder;
    server::DiskFiles files;
    folder.write("overlay-serials", "7\tabc\ta.example.\tinside\nseven\tabc\ta.example.\tinside\n");
    server::OverlaySerials serials;
    auto opened = serials.open(files, folder.at(""));
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.fault().sentence.find("line 2") != std::string::npos);
    server::OverlaySerials nowhere;
    REQUIRE(nowhere.open(files, folder.at("missing")).ok());
    nowhere.put("inside", make_name("a.example"), {1, 2});
    CHECK_FALSE(nowhere.keep(files).ok());
}

}  // namespace apex_tests
