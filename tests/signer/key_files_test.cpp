#include "signer/key_files.h"

#include <doctest/doctest.h>

#include "tests/signer/key_folder.h"
#include "tests/signer/key_text.h"
#include "tests/signer/rfc_keys.h"
#include "tests/support/octets.h"
#include "tests/support/sentences.h"

using namespace apex_tests;
using signer::KeyTime;

namespace {

constexpr const char* kBase = "Kexample.net.+013+55648";
constexpr const char* kPublic =
    "; This is a key-signing key, keyid 55648, for example.net.\n"
    "; Created: 20260301120000 (Sun Mar  1 12:00:00 2026)\n"
    "; Publish: 20260302000000 (Mon Mar  2 00:00:00 2026)\n"
    "example.net. 3600 IN DNSKEY 257 3 13 "
    "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==\n";
constexpr const char* kPrivate =
    "Private-key-format: v1.3\n"
    "Algorithm: 13 (ECDSAP256SHA256)\n"
    "PrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=\n"
    "Created: 20260301120000\n"
    "Publish: 20260302000000\n";
constexpr const char* kSecretWord = "GU6SnQ";

// The text with the first `from` replaced.
std::string changed(std::string text, const std::string& from, const std::string& to) {
    size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

signer::KeyNames names_of(const KeyFolder& folder, const std::string& path = ".") {
    auto names = signer::KeyNames::of_folder(folder, path);
    REQUIRE(names.ok());
    return names.value();
}

signer::LoadedKeys load(const KeyFolder& folder, const char* owner = "example.net.") {
    return signer::load_keys(folder, names_of(folder), parsed_name(owner));
}

// What loading the pair says, faults and then warnings.
std::string said(const std::string& public_text, const std::string& private_text) {
    KeyFolder folder;
    folder.add(std::string(kBase) + ".key", public_text);
    folder.add(std::string(kBase) + ".private", private_text);
    signer::LoadedKeys loaded = load(folder);
    CHECK(loaded.keys.size() + loaded.faults.size() == 1);
    std::string all = joined(loaded.faults) + joined(loaded.warnings);
    CHECK(all.find(kSecretWord) == std::string::npos);
    return all;
}

signer::KeyRequest request(const char* owner, uint8_t algorithm) {
    signer::KeyRequest wanted;
    wanted.owner = parsed_name(owner);
    wanted.algorithm = algorithm;
    wanted.flags = 257;
    wanted.times[KeyTime::created] = 1772366400;
    wanted.times[KeyTime::activate] = 1772452800;
    return wanted;
}

// Gives fixed keys one after the other.
signer::KeyMaker keys_in_turn(std::vector<const RfcKey*> keys) {
    return [keys, at = size_t{0}](uint8_t algorithm, unsigned) mutable -> signer::SecretKeyResult {
        REQUIRE(at < keys.size());
        return signer::key_from_fields(algorithm, secret_fields(algorithm, keys[at++]->secret));
    };
}

}  // namespace

TEST_SUITE("signer/key_files") {
    TEST_CASE("names of files are those of BIND") {
        auto base = [](const char* owner, uint16_t tag) {
            return signer::key_file_base(parsed_name(owner), 13, tag);
        };
        CHECK(base("example.com.", 6911) == "Kexample.com.+013+06911");
        CHECK(base("A/b.eXample.", 1) == "Ka%2Fb.example.+013+00001");
        CHECK(base(".", 54293) == "K.+013+54293");
        CHECK(base("a\\.b\\032c\\200*_~%-9.example.", 15070) ==
              "Ka%2Eb%20c%C8%2A_%7E%25-9.example.+013+15070");
        for (const char* owner : {"example.com.", "A/b.eXample.", ".", "a\\.b\\200.example."})
            CHECK(signer::is_key_file_base(base(owner, 9), parsed_name(owner)));
        // As ldns writes them, in whatever case.
        CHECK(signer::is_key_file_base("Ka\\.B\\032c\\200*_~%.Example.+013+24790",
                                       parsed_name("a\\.b\\032c\\200*_~%.example.")));
        for (const char* other :
             {"Kexample.com.+013+0691", "kexample.com.+013+06911", "Kexample.com+013+06911",
              "Kexample.com.+013+069111", "Kxexample.com.+013+06911", "K", ""})
            CHECK(!signer::is_key_file_base(other, parsed_name("example.com.")));
        CHECK(signer::tag_in_base("Kexample.com.+013+06911") == 6911);
    }

    TEST_CASE("a pair of files is read") {
        KeyFolder folder;
        folder.add(std::string(kBase) + ".key", kPublic);
        folder.add(std::string(kBase) + ".private", kPrivate);
        signer::LoadedKeys loaded = load(folder, "EXAMPLE.net.");
        CHECK(joined(loaded.faults) + joined(loaded.warnings) == "");
        REQUIRE(loaded.keys.size() == 1);
        const signer::StoredKey& key = loaded.keys[0];
        CHECK(key.base == kBase);
        CHECK(key.tag() == 55648);
        CHECK(key.ttl == 3600u);
        CHECK(key.has_entry_point());
        REQUIRE(key.secret != nullptr);
        CHECK(key.secret->algorithm() == 13);
        CHECK(key.times[KeyTime::publish] == 1772409600);
        CHECK(key.times[KeyTime::activate] == std::nullopt);
        CHECK(load(folder, "example.org.").keys.empty());
    }

    TEST_CASE("the private half may be missing, or of an older format without times") {
        KeyFolder folder;
        folder.add(std::string(kBase) + ".key", kPublic);
        auto alone = load(folder);
        REQUIRE(alone.keys.size() == 1);
        CHECK(alone.keys[0].secret == nullptr);
        CHECK(alone.keys[0].times[KeyTime::publish] == 1772409600);

        std::string old(kPrivate);
        old = changed(old.substr(0, old.find("Created")), "v1.3", "v1.2");
        folder.add(std::string(kBase) + ".private", changed(old, "\nAlg", "\r\nAlg"));
        folder.put(std::string(kBase) + ".key", changed(kPublic, "; Created", "; At"));
        auto with_old = load(folder);
        REQUIRE(with_old.keys.size() == 1);
        CHECK(with_old.keys[0].secret != nullptr);
        // The comment of the .key file has a time, and counts where the private file has none.
        CHECK(with_old.keys[0].times[KeyTime::publish] == 1772409600);
    }

    TEST_CASE("broken files: what is wrong, in which line") {
        const std::string good_public = kPublic, good_private = kPrivate;
        const std::string base = kBase;
        struct Row {
            std::string from, to, sentence;
        };
        // Its numbers are those of some key, but not of this one.
        const std::string foreign =
            ": this private key does not belong to the DNSKEY record of '" + base + ".key'";
        const Row of_private[] = {
            {"Private-key-format", "Private-key",
             ":1: a private key file begins with "
             "'Private-key-format: v1.3'"},
            {"v1.3", "v2.0", ":1: the format 'v2.0' is not known here; v1.2 and v1.3 are"},
            {"v1.3", "v1.x", ":1: the format 'v1.x' is not known here; v1.2 and v1.3 are"},
            {"Algorithm: 13", "Algorithm: 5", ":2: algorithm 5 is not one that apex signs with"},
            {"Algorithm: 13", "Algorithm: x", ":2: 'x' is no number of an algorithm"},
            {"Algorithm: 13", "Algorithm: 15", foreign},
            {"Algorithm: 13 (ECDSAP256SHA256)\n", "", ":4: the line 'Algorithm: ...' is missing"},
            {"PrivateKey: ", "PrivateKey: =", ":3: PrivateKey is no base64"},
            {"PrivateKey: GU6S", "PrivateKey: GU6", ":3: PrivateKey is no base64"},
            {"PrivateKey: ", "GU6SnQ", ":3: this line is no 'Label: value'"},
            {"PrivateKey: GU6SnQ/Ou+xC", "PrivateKey: ", foreign},
            {"Created: 20260301120000", "Created: yesterday",
             ":4: 'yesterday' is no time; Created is written YYYYMMDDHHmmSS"},
            {"Created: 20260301120000", "Created: 20260230120000",
             ":4: '20260230120000' is no time; Created is written YYYYMMDDHHmmSS"},
            {"Publish", "Created", ":5: 'Created' is there twice"},
            {"Created: 20260301120000", "Engine: pkcs11",
             ":4: the key lives in a device, which apex cannot use"},
            {"Publish", "Publsh",
             ":5: 'Publsh' is not known here; the line is left out of account"},
        };
        for (const Row& row : of_private) {
            CAPTURE(row.to);
            std::string sentence = said(good_public, changed(good_private, row.from, row.to));
            CHECK(sentence == base + ".private" + row.sentence + "\n");
        }
        CHECK(said(good_public, "") ==
              base + ".private:1: a private key file begins with 'Private-key-format: v1.3'\n");
        CHECK(said(good_public, good_private.substr(0, 60)) ==
              base + ".private:3: this line is no 'Label: value'\n");
        CHECK(said(good_public, good_private.substr(0, 57)) ==
              base +
                  ".private:2: the line 'PrivateKey: ...' is missing; the file may be cut short\n");
        CHECK(said(good_public, std::string(70000, 'x')) ==
              base + ".private: it is too large for a key file\n");

        const Row of_public[] = {
            {"257 3 13", "1 3 13",
             ":4: this is no key of a zone: its flags have no 256, or its "
             "protocol is not 3 (RFC 4034 2.1)"},
            {"example.net. 3600", "example.org. 3600",
             ": this is a key of example.org., not of example.net."},
            {"IN DNSKEY", "IN CDNSKEY", ":4: a key file has a DNSKEY record, and this is CDNSKEY"},
            {"example.net. 3600", "; example.net. 3600", ":1: there is no DNSKEY record in it"},
        };
        for (const Row& row : of_public) {
            CAPTURE(row.to);
            CHECK(said(changed(good_public, row.from, row.to), good_private) ==
                  base + ".key" + row.sentence + "\n");
        }
        CHECK(said(good_public + good_public.substr(good_public.find("example.net. 3600")),
                   good_private) ==
              base + ".key:5: a key file has one DNSKEY record, and this is another\n");
        CHECK(
            said(changed(good_public, "GojI", "Goj!"), good_private).rfind(base + ".key:4: ", 0) ==
            0);
        CHECK(said("$INCLUDE /etc/passwd\n", good_private).rfind(base + ".key:1: ", 0) == 0);
        CHECK(said("$GENERATE 1-9 $ A 1.2.3.4\n", good_private).rfind(base + ".key:1: ", 0) == 0);
        CHECK(said(changed(good_public, "257 3", "256 3"), good_private) ==
              base +
                  ".key: the tag of this key is 55647, not 55648 as the name of its file says\n");
    }

    TEST_CASE("a new key is written, read again the same, and is for its owner alone") {
        for (uint8_t algorithm : {8, 10, 13, 14, 15, 16}) {
            CAPTURE(algorithm);
            KeyFolder folder;
            signer::KeyRequest wanted = request("Example.NET.", algorithm);
            wanted.rsa_bits = 1024;
            wanted.ttl = 7200;
            auto made = signer::make_key(folder, names_of(folder, "keys"), wanted);
            REQUIRE_MESSAGE(made.ok(), made.fault().sentence);
            REQUIRE(folder.written().size() == 2);
            CHECK(folder.written()[0].path == "keys/" + made->base + ".private");
            CHECK(folder.written()[0].mode == 0600);
            CHECK(folder.written()[1].path == "keys/" + made->base + ".key");
            CHECK(folder.written()[1].mode == 0644);
            auto loaded =
                signer::load_keys(folder, names_of(folder, "keys"), parsed_name("example.net."));
            CHECK(joined(loaded.faults) + joined(loaded.warnings) == "");
            REQUIRE(loaded.keys.size() == 1);
            CHECK(to_hex(loaded.keys[0].dnskey) == to_hex(made->dnskey));
            CHECK(loaded.keys[0].times == made->times);
            CHECK(loaded.keys[0].ttl == 7200u);
            CHECK(dns::to_text(loaded.keys[0].owner) == "Example.NET.");
        }
    }

    TEST_CASE("a new key shares no tag with another, nor with another's revoked self") {
        const RfcKey& first = kRfcKeys[4];
        const RfcKey& second = kRfcKeys[5];
        KeyFolder folder;
        auto names = [&] { return names_of(folder); };
        auto made =
            signer::make_key(folder, names(), request("example.com.", 15), keys_in_turn({&first}));
        REQUIRE(made.ok());
        CHECK(made->tag() == first.tag);
        // The same key again has the same tag, so the next one is taken.
        auto next = signer::make_key(folder, names(), request("example.com.", 15),
                                     keys_in_turn({&first, &first, &second}));
        REQUIRE(next.ok());
        CHECK(next->tag() == second.tag);
        // The tag of the first once it is revoked belongs to it as well: a key file of that name is
        // enough.
        KeyFolder other;
        uint16_t revoked = signer::key_tag(made->revoked_dnskey());
        other.add(signer::key_file_base(parsed_name("example.com."), 13, revoked) + ".private", "");
        auto third = signer::make_key(other, names_of(other), request("example.com.", 15),
                                      keys_in_turn({&first, &second}));
        REQUIRE(third.ok());
        CHECK(third->tag() == second.tag);
        // Another zone's keys do not matter.
        auto fourth =
            signer::make_key(folder, names(), request("example.org.", 15), keys_in_turn({&first}));
        CHECK(fourth.ok());
    }

    TEST_CASE("a source of keys that repeats itself is given up on") {
        KeyFolder folder;
        auto same = [](uint8_t algorithm, unsigned) {
            return signer::key_from_fields(algorithm, secret_fields(algorithm, kRfcKeys[4].secret));
        };
        REQUIRE(signer::make_key(folder, names_of(folder), request("a.", 15), same).ok());
        auto again = signer::make_key(folder, names_of(folder), request("a.", 15), same);
        REQUIRE(!again.ok());
        CHECK(again.fault().sentence ==
              "no key with a tag of its own was found in 1000 attempts; move keys that are out of "
              "use to another folder");
        CHECK(folder.written().size() == 2);
    }

    TEST_CASE("killed at any write: no key or a whole key, and the next one can be made") {
        for (int write : {1, 2})
            for (bool after : {false, true}) {
                CAPTURE(write);
                CAPTURE(after);
                KeyFolder folder;
                folder.kill_at(write, after);
                CHECK_THROWS_AS(static_cast<void>(signer::make_key(folder, names_of(folder),
                                                                   request("example.com.", 15))),
                                Killed);
                folder.live();
                signer::LoadedKeys loaded = load(folder, "example.com.");
                CHECK(joined(loaded.faults) + joined(loaded.warnings) == "");
                bool whole = write == 2 && after;
                CHECK(loaded.keys.size() == (whole ? 1 : 0));
                for (const signer::StoredKey& key : loaded.keys) CHECK(key.secret != nullptr);
                auto next = signer::make_key(folder, names_of(folder), request("example.com.", 15));
                REQUIRE(next.ok());
                CHECK(load(folder, "example.com.").keys.size() == (whole ? 2 : 1));
            }
    }

    TEST_CASE("what exists is not written over") {
        KeyFolder folder;
        std::string path =
            signer::key_file_base(parsed_name("example.com."), 15, kRfcKeys[4].tag) + ".private";
        signer::KeyNames before = names_of(folder);
        folder.add(path, "something of somebody");
        auto made = signer::make_key(folder, before, request("example.com.", 15),
                                     keys_in_turn({&kRfcKeys[4]}));
        REQUIRE(!made.ok());
        CHECK(made.fault().sentence == path + ": File exists");
        CHECK(folder.at(path).octets == "something of somebody");
    }

    TEST_CASE("PEM: beside a .key file, and by itself") {
        // RFC 8410 10.3 has this key; its DNSKEY is 32 octets of 19bf44...
        const char* pem =
            "-----BEGIN PRIVATE KEY-----\n"
            "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
            "-----END PRIVATE KEY-----\n";
        KeyFolder folder;
        folder.add("key.pem", pem);
        std::vector<std::string> warnings;
        auto secret = signer::load_pem(folder, "key.pem", 0, warnings);
        REQUIRE_MESSAGE(secret.ok(), secret.fault().sentence);
        CHECK(secret.value()->algorithm() == 15);
        CHECK(to_hex(secret.value()->public_key()) ==
              "19BF44096984CDFE8541BAC167DC3B96C85086AA30B6B6CB0C5C38AD703166E1");
        auto wrong = signer::load_pem(folder, "key.pem", 13, warnings);
        CHECK(wrong.fault().sentence == "key.pem: its key is not of algorithm ECDSAP256SHA256");
        folder.add("none.pem", "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n");
        CHECK(signer::load_pem(folder, "none.pem", 15, warnings).fault().sentence ==
              "none.pem: it holds no private key in PEM form that is free of a password");

        auto maker = [&](uint8_t, unsigned) { return secret; };
        KeyFolder written;
        auto made =
            signer::make_key(written, names_of(written), request("example.com.", 15), maker);
        REQUIRE(made.ok());
        KeyFolder with_pem;
        with_pem.add(made->base + ".key", written.at(made->base + ".key").octets);
        with_pem.add(made->base + ".pem", pem);
        auto loaded = load(with_pem, "example.com.");
        CHECK(joined(loaded.faults) == "");
        REQUIRE(loaded.keys.size() == 1);
        CHECK(loaded.keys[0].secret != nullptr);
        CHECK(loaded.keys[0].times[KeyTime::activate] == 1772452800);
    }

    TEST_CASE("a key that was revoked elsewhere lies there twice, and counts once") {
        KeyFolder folder;
        folder.add(std::string(kBase) + ".key", kPublic);
        folder.add(std::string(kBase) + ".private", kPrivate);
        auto before = load(folder).keys.at(0);
        std::string revoked =
            signer::key_file_base(before.owner, 13, signer::key_tag(before.revoked_dnskey()));
        folder.add(revoked + ".key", changed(kPublic, "257 3", "385 3"));
        folder.add(revoked + ".private", kPrivate);
        auto loaded = load(folder);
        REQUIRE(loaded.keys.size() == 1);
        CHECK(loaded.keys[0].was_revoked());
        CHECK(joined(loaded.warnings) ==
              std::string(kBase) + ": this is the same key as " + revoked + ", which counts\n");
    }
}
