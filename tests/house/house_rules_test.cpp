// The limits that keep the house simple, as tests: what a part may include, how long a file and a
// function may be, and who may write to standard output.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/octets.h"

namespace fs = std::filesystem;

namespace {

constexpr size_t kMaxFileLines = 600;
constexpr size_t kMaxFunctionLines = 80;

// Each part, and the parts whose headers it may include besides its own.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"dns", {}},
    {"zoneparser", {"dns"}},
    {"zones", {"dns", "zoneparser"}},
    {"signer", {"dns", "zoneparser", "zones"}},
    {"server/answer", {"dns", "zoneparser", "zones", "signer"}},
    {"server/config", {"dns", "zoneparser", "zones", "signer"}},
    {"server/publish", {"dns", "zoneparser", "zones", "signer", "server/answer", "server/config"}},
    {"server/net",
     {"dns", "zoneparser", "zones", "signer", "server/answer", "server/config", "server/publish"}},
    {"server/control",
     {"dns", "zoneparser", "zones", "signer", "server/answer", "server/config", "server/publish",
      "server/net"}},
    {"server/cli",
     {"dns", "zoneparser", "zones", "signer", "server/answer", "server/config", "server/publish",
      "server/net", "server/control"}},
};

// Libraries that have one home each.
struct Library {
    std::string header;
    std::set<std::string> homes;
};
const std::vector<Library> kLibraries = {
    {"boost/spirit", {"zoneparser"}},
    {"boost/asio", {"server/net", "server/control"}},
    {"openssl/", {"signer", "server/net"}},
    {"toml++/", {"server/config"}},
};
// dns/ rests on the language and the standard library alone, without its files, sockets, threads.
const std::vector<std::string> kNotInDns = {"fstream", "filesystem", "thread", "iostream",
                                            "sys/",    "unistd.h",   "boost/"};

struct SourceFile {
    std::string path;  // from the root
    std::string part;
    std::vector<std::string> lines;
};

std::string part_of(const std::string& path) {
    std::string best;
    for (const auto& [part, others] : kMayInclude)
        if (path.rfind(part + "/", 0) == 0 && part.size() > best.size()) best = part;
    return best;
}

std::vector<SourceFile> code_files() {
    std::vector<SourceFile> files;
    fs::path root = apex_tests::source_folder();
    for (const char* folder : {"dns", "zoneparser", "zones", "signer", "server"}) {
        if (!fs::exists(root / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            std::string extension = entry.path().extension().string();
            if (extension != ".cpp" && extension != ".h") continue;
            SourceFile file;
            file.path = fs::relative(entry.path(), root).string();
            file.part = part_of(file.path);
            std::ifstream in(entry.path());
            for (std::string line; std::getline(in, line);) file.lines.push_back(line);
            files.push_back(std::move(file));
        }
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

bool starts_with(const std::string& text, const std::string& start) {
    return text.rfind(start, 0) == 0;
}

// Braces that a line opens less those that it closes; those in strings, characters and comments
// are none.
int open_braces(const std::string& line) {
    int depth = 0;
    char quote = 0;
    for (size_t i = 0; i < line.size(); ++i) {
        char c = line[i];
        if (quote != 0) {
            if (c == '\\') ++i;
            if (c == quote) quote = 0;
        } else if (c == '"' || (c == '\'' && (i == 0 || !isalnum(line[i - 1])))) {
            quote = c;
        } else if (c == '/' && i + 1 < line.size() && line[i + 1] == '/') {
            break;
        } else {
            depth += (c == '{') - (c == '}');
        }
    }
    return depth;
}

// The longest stretch of lines from one that ends a parameter list and opens a brace to the one
// that closes it. Loops and conditions count too; they are within functions anyhow.
size_t longest_function(const SourceFile& file, std::string& where) {
    static const std::regex opens(R"(\)[\w\s:<>&*,]*(-> [\w:<>&* ]+)?\{\s*$)");
    size_t longest = 0;
    for (size_t i = 0; i < file.lines.size(); ++i) {
        if (!std::regex_search(file.lines[i], opens)) continue;
        int depth = open_braces(file.lines[i]);
        size_t end = i;
        while (depth > 0 && end + 1 < file.lines.size()) depth += open_braces(file.lines[++end]);
        if (end - i + 1 > longest) {
            longest = end - i + 1;
            where = file.path + ":" + std::to_string(i + 1);
        }
    }
    return longest;
}

}  // namespace

TEST_CASE("house rules: every code file belongs to a part") {
    auto files = code_files();
    REQUIRE(files.size() > 40);
    for (const SourceFile& file : files) {
        CAPTURE(file.path);
        CHECK(file.part != "");
    }
}

TEST_CASE("house rules: a part includes only what stands left of it") {
    static const std::regex quoted(R"re(^\s*#\s*include\s+"([^"]+)")re");
    for (const SourceFile& file : code_files()) {
        for (const std::string& line : file.lines) {
            std::smatch match;
            if (!std::regex_search(line, match, quoted)) continue;
            std::string target = part_of(match[1]);
            CAPTURE(file.path);
            CAPTURE(line);
            CHECK(target != "");
            CHECK((target == file.part || kMayInclude.at(file.part).count(target) == 1));
        }
    }
}

TEST_CASE("house rules: a library is used in its home only") {
    static const std::regex angled(R"(^\s*#\s*include\s+<([^>]+)>)");
    for (const SourceFile& file : code_files()) {
        for (const std::string& line : file.lines) {
            std::smatch match;
            if (!std::regex_search(line, match, angled)) continue;
            std::string header = match[1];
            CAPTURE(file.path);
            CAPTURE(header);
            for (const Library& library : kLibraries)
                if (starts_with(header, library.header)) CHECK(library.homes.count(file.part) == 1);
            if (file.part == "dns")
                for (const std::string& word : kNotInDns) CHECK(!starts_with(header, word));
        }
    }
}

TEST_CASE("house rules: Spirit lives in three files at most") {
    std::set<std::string> users;
    for (const SourceFile& file : code_files())
        for (const std::string& line : file.lines)
            if (line.find("#include <boost/spirit") != std::string::npos) users.insert(file.path);
    CHECK(users.size() >= 1);
    CHECK(users.size() <= 3);
    for (const std::string& user : users) CHECK(user.find(".cpp") != std::string::npos);
}

TEST_CASE("house rules: files and functions are short") {
    for (const SourceFile& file : code_files()) {
        CAPTURE(file.path);
        CHECK(file.lines.size() <= kMaxFileLines);
        std::string where;
        size_t longest = longest_function(file, where);
        CAPTURE(where);
        CHECK(longest <= kMaxFunctionLines);
    }
}

TEST_CASE("house rules: the function finder finds long functions") {
    SourceFile file{"made/up.cpp", "dns", {"int f(int a) {"}};
    for (int i = 0; i < 90; ++i) file.lines.push_back("    a += 1;");
    file.lines.push_back("}");
    std::string where;
    CHECK(longest_function(file, where) == 92);
    CHECK(where == "made/up.cpp:1");
}

TEST_CASE("house rules: output is for the command line and the log") {
    static const std::regex writes(
        R"(\bstd::(cout|cerr|clog)\b|\b(std::)?(printf|puts|putchar|perror)\s*\(|\bfprintf\s*\(|\b(STDOUT|STDERR)_FILENO\b)");
    for (const SourceFile& file : code_files()) {
        if (file.part == "server/cli" || starts_with(file.path, "server/control/log")) continue;
        for (size_t i = 0; i < file.lines.size(); ++i) {
            CAPTURE(file.path);
            CAPTURE(file.lines[i]);
            CHECK(!std::regex_search(file.lines[i], writes));
        }
    }
}
