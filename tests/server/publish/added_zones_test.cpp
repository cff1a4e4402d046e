#include "server/publish/added_zones.h"

#include <doctest/doctest.h>

#include "tests/server/publish/temporary_folder.h"
#include "tests/support/octets.h"
#include "tests/support/zone_text.h"

namespace apex_tests {

namespace {

// "name template file" of each, a line each; or the fault.
std::string read(const TemporaryFolder& folder,
                 std::unique_ptr<server::AddedZones>* list = nullptr) {
    std::vector<server::AddedZone> zones;
    auto opened = server::AddedZones::open(folder.path(), zones);
    if (!opened.ok()) return opened.fault().sentence;
    if (list != nullptr) *list = std::move(opened.value());
    std::string all;
    for (const server::AddedZone& zone : zones)
        all += dns::to_text(zone.name) + " " + zone.template_name + " " + zone.file + "\n";
    return all;
}

}  // namespace

TEST_CASE("added zones: what was added and not removed is read again") {
    TemporaryFolder folder;
    std::unique_ptr<server::AddedZones> list;
    CHECK(read(folder, &list) == "");
    CHECK(folder.entries() == 0);  // reading makes nothing
    CHECK(list->add({make_name("a.example"), "", "/z/with blank"}).ok());
    CHECK(list->add({make_name("b.example"), "t u", "b"}).ok());
    CHECK(list->add({make_name("c.example"), "", "c"}).ok());
    CHECK(list->remove(make_name("B.EXAMPLE")).ok());
    CHECK(list->add({make_name("b.example"), "", "again"}).ok());
    CHECK(list->remove(make_name("c.example")).ok());
    CHECK(read(folder) == "a.example.  /z/with blank\nb.example.  again\n");
    CHECK_FALSE(list->add({make_name("d.example"), "", "a\tb"}).ok());
    CHECK_FALSE(list->add({make_name("d.example"), "a\nb", "b"}).ok());
    CHECK(read(folder) == "a.example.  /z/with blank\nb.example.  again\n");
}

TEST_CASE("added zones: a line that was cut off was never promised") {
    TemporaryFolder folder;
    std::string whole = "add\ta.example.\t\ta\nadd\tb.example.\t\tb\n";
    std::string one = "a.example.  a\n";
    for (size_t cut = 19; cut < whole.size(); ++cut) {
        CAPTURE(cut);
        folder.write(server::AddedZones::kName, whole.substr(0, cut));
        std::unique_ptr<server::AddedZones> list;
        CHECK(read(folder, &list) == (cut < 19 ? "" : one));
        CHECK(list->add({make_name("c"), "", "c"}).ok());
        CHECK(read(folder) == (cut < 19 ? "" : one) + "c.  c\n");
    }
}

TEST_CASE("added zones: a line of another kind is a fault that says where") {
    TemporaryFolder folder;
    for (const char* line : {"", "add", "add\ta", "add\ta\tb", "remove", "remove\ta\tb",
                             "x\ta\tb\tc", "add\ta..b\tt\tf", "remove\t\t"}) {
        CAPTURE(line);
        folder.write(server::AddedZones::kName,
                     "add\ta.example.\t\ta\n" + std::string(line) + "\n");
        CHECK(read(folder).find("line 2") != std::string::npos);
    }
}

TEST_CASE("added zones: the list is written anew when most of it says nothing any more") {
    TemporaryFolder folder;
    server::DiskFiles files;
    std::string text = "add\tkept.example.\tt\tk\n";
    for (int i = 0; i < 1000; ++i) text += "add\ta.example.\t\ta\nremove\ta.example.\n";
    folder.write(server::AddedZones::kName, text);
    std::unique_ptr<server::AddedZones> list;
    CHECK(read(folder, &list) == "kept.example. t k\n");
    REQUIRE(list->wants_rewriting());
    REQUIRE(list->rewrite(files,
                          [](const auto& use) {
                              use({make_name("kept.example"), "t", "k"});
                          })
                .ok());
    CHECK_FALSE(list->wants_rewriting());
    CHECK(list->add({make_name("new.example"), "", "n"}).ok());
    CHECK(read(folder) == "kept.example. t k\nnew.example.  n\n");
    CHECK(read_whole_file(folder.at(server::AddedZones::kName)).size() < 100);
}

TEST_CASE("added zones: a list that cannot be written is a fault, and stays as it is") {
    TemporaryFolder folder;
    std::unique_ptr<server::AddedZones> list;
    CHECK(read(folder, &list) == "");
    std::filesystem::create_directory(folder.at(server::AddedZones::kName));
    CHECK_FALSE(list->add({make_name("a"), "", "a"}).ok());
    std::filesystem::remove(folder.at(server::AddedZones::kName));
    CHECK(list->add({make_name("a"), "", "a"}).ok());
    CHECK(read(folder) == "a.  a\n");
}

}  // namespace apex_tests
