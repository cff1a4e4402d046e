#include "server/config/keys_reader.h"

#include <doctest/doctest.h>

#include "server/config/masked_text.h"
#include "tests/server/config/read_configuration.h"

namespace apex_tests {

namespace {

std::string text_of(const signer::SecretOctets& secret) {
    return std::string(secret.begin(), secret.end());
}

// A configuration beside a file of a key.
struct WithKeyFile {
    FolderFiles files;
    std::string toml;
    explicit WithKeyFile(const std::string& key, std::string text = "secret-file = 'k'\n")
        : toml("[[key]]\n" + std::move(text)) {
        files.put("conf/apex.toml", toml);
        files.put("conf/k", key);
    }
    ReadConfiguration read() const { return ReadConfiguration(files, "conf/apex.toml"); }
};

}  // namespace

TEST_CASE("keys: as written") {
    ReadConfiguration read(R"(
[[key]]
name = "Backup.example"
secret = "c2VjcmV0"
[[key]]
name = "inside."
algorithm = "hmac-sha512"
secret = "MDEyMzQ1Njc4OQ=="
least-mac = 32
)");
    CHECK(read.finding() == "none");
    REQUIRE(read.configuration.keys.size() == 2);
    const server::ConfiguredKey& first = read.configuration.keys[0];
    CHECK(dns::to_text(first.name) == "Backup.example.");
    CHECK(first.algorithm == dns::TsigAlgorithm::hmac_sha256);
    CHECK(text_of(first.secret) == "secret");
    CHECK(first.least_mac == 0);
    CHECK(first.place.line() == 3);
    const server::ConfiguredKey& second = read.configuration.keys[1];
    CHECK(second.algorithm == dns::TsigAlgorithm::hmac_sha512);
    CHECK(text_of(second.secret) == "0123456789");
    CHECK(second.least_mac == 32);
    CHECK(server::find_key(read.configuration, name("INSIDE.")) == 1);
    CHECK(server::find_key(read.configuration, name("outside.")) == 2);
}

TEST_CASE("keys: every algorithm of the table can be chosen, and no other") {
    for (const dns::TsigAlgorithmRow& row : dns::tsig_algorithms()) {
        ReadConfiguration read("[[key]]\nname = 'k'\nsecret = 'AAAA'\nalgorithm = '" +
                               std::string(row.word) + "'\n");
        CAPTURE(row.word);
        CHECK(read.finding() == "none");
        REQUIRE(read.configuration.keys.size() == 1);
        CHECK(read.configuration.keys[0].algorithm == row.algorithm);
    }
    CHECK(server::choices_of(*server::find_row(server::Section::key, "algorithm")).size() ==
          dns::tsig_algorithms().size());
}

TEST_CASE("keys: a file with the secret alone, or as tsig-keygen prints it") {
    struct Row {
        const char* file;
        const char* toml;
        const char* secret;  // "": the key is not to be had
        const char* told;
    };
    const Row rows[] = {
        {"c2VjcmV0\n", "name = 'k'\nsecret-file = 'k'\n", "secret", ""},
        {"  //8=\r\n", "name = 'k'\nsecret-file = 'k'\n", "\xff\xff", ""},
        {"# mine\nc2VjcmV0", "name = 'k'\nsecret-file = 'k'\n", "secret", ""},
        {"key \"k\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0\";\n};\n",
         "secret-file = 'k'\n", "secret", ""},
        {"/* a */ key k{secret c2VjcmV0; // b\nalgorithm HMAC-SHA256;}", "secret-file = 'k'\n",
         "secret", ""},
        {"key \"K.\" { algorithm hmac-sha256; secret \"c2VjcmV0\"; };",
         "name = 'k'\nalgorithm = 'hmac-sha256'\nsecret-file = 'k'\n", "secret", ""},
        {"", "name = 'k'\nsecret-file = 'k'\n", "", "3:15 bad-value"},
        {"c2VjcmV0 c2VjcmV0", "name = 'k'\nsecret-file = 'k'\n", "", "3:15 bad-value"},
        {"c2VjcmV", "name = 'k'\nsecret-file = 'k'\n", "", "3:15 bad-value"},
        {"c2VjcmV0", "secret-file = 'k'\n", "", "1:1 missing-key"},
        {"key k { secret c2VjcmV0; }", "name = 'l'\nsecret-file = 'k'\n", "", "3:15 bad-value"},
        {"key k { algorithm hmac-sha1; secret c2VjcmV0; }",
         "algorithm = 'hmac-sha256'\nsecret-file = 'k'\n", "", "3:15 bad-value"},
        {"key k { algorithm hmac-sha3; secret c2VjcmV0; }", "secret-file = 'k'\n", "",
         "2:15 bad-value"},
        {"key k { secret c2VjcmV0; secret c2VjcmV0; }", "secret-file = 'k'\n", "",
         "2:15 bad-value"},
        {"key k { algorithm hmac-sha256; }", "secret-file = 'k'\n", "", "2:15 bad-value"},
        {"key k { secret c2VjcmV0 }", "secret-file = 'k'\n", "", "2:15 bad-value"},
        {"key k { secret c2VjcmV0;", "secret-file = 'k'\n", "", "2:15 bad-value"},
        {"key k { colour red; }", "secret-file = 'k'\n", "", "2:15 bad-value"},
        {"key k { secret c2VjcmV0; }; key l { secret c2VjcmV0; };", "secret-file = 'k'\n", "",
         "2:15 bad-value"},
        {"key \"k", "secret-file = 'k'\n", "", "2:15 bad-value"},
    };
    for (const Row& row : rows) {
        INFO(std::string(row.file));
        ReadConfiguration read = WithKeyFile(row.file, row.toml).read();
        CHECK(read.finding().starts_with(*row.told == '\0' ? "none" : row.told));
        const auto& keys = read.configuration.keys;
        REQUIRE(keys.size() == (*row.secret == '\0' ? 0 : 1));
        if (!keys.empty()) CHECK(text_of(keys[0].secret) == row.secret);
    }
}

TEST_CASE("keys: a file is known again, and its secret is in no finding") {
    ReadConfiguration good = WithKeyFile("key k { secret c2VjcmV0; };").read();
    REQUIRE(good.configuration.files.size() == 2);
    CHECK(good.configuration.files[1].path == "conf/k");
    for (const char* file : {"c2VjcmV0ISEh x", "key k { secret c2VjcmV0ISEh }", "c2VjcmV0ISEh="}) {
        ReadConfiguration bad = WithKeyFile(file).read();
        REQUIRE(!bad.findings.rows().empty());
        for (const dns::Finding& finding : bad.findings.rows())
            CHECK((finding.sentence() + finding.hint).find("c2Vj") == std::string::npos);
    }
    ReadConfiguration missing("[[key]]\nname = 'k'\nsecret-file = 'none'\n");
    CHECK(missing.finding() == "3:15 unreadable");
}

TEST_CASE("keys: what people are shown of a configuration holds no secret") {
    struct Row {
        const char* text;
        const char* shown;
    };
    const Row rows[] = {
        {"secret = \"abc\"\n", "secret = \"***\"\n"},
        {"secret='abc' # abc", "secret='***' # abc"},
        {"\"secret\" = 'abc'", "\"secret\" = '***'"},
        {"k = [{name='a', secret = 'abc', x = 'y'}]", "k = [{name='a', secret = '***', x = 'y'}]"},
        {"secret = \"\"\"\nab\ncd\"\"\"\nx = 'y'", "secret = \"\"\"\n**\n**\"\"\"\nx = 'y'"},
        {"secret = \"abc\nx = 'y'", "secret = \"***\nx = 'y'"},
        {"secret = abc\nx = 'y'", "secret = ***\nx = 'y'"},
        {"secret = \"\"\"abc", "secret = \"\"\"***"},
        {"cookie-secrets = ['abc', # one\n \"def\"]\nx = 'y'",
         "cookie-secrets = ['***', # one\n \"***\"]\nx = 'y'"},
        {"cookie-secrets = [abc, 'def']", "cookie-secrets = [***, 'def']"},
        {"secret-file = 'abc'", "secret-file = 'abc'"},
        {"name = 'secret'\nx = 'y'", "name = 'secret'\nx = 'y'"},
        {"x = 'y' # the secret", "x = 'y' # the secret"},
        {"secret", "secret"},
        {"secret =", "secret ="},
    };
    for (const Row& row : rows)
        CHECK(*server::masked(std::make_shared<const std::string>(row.text)) == row.shown);
    ReadConfiguration read("[[key]]\nname = 'k'\nsecret = 'c2Vj!'\n");
    CHECK(read.finding().starts_with("3:10 bad-value"));
    CHECK(read.sources.at(read.findings.rows()[0].source).text->find("c2Vj") == std::string::npos);
}

}  // namespace apex_tests
