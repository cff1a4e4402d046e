#include "dns/message_writer.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>

#include "dns/message_reader.h"
#include "dns/rr_types.h"
#include "tests/support/messages.h"
#include "tests/support/octets.h"
#include "tests/support/parsed_name.h"

using namespace apex_tests;
using dns::MessageWriter;
using dns::Name;
using dns::NameView;

namespace {

// A writer with a buffer, and the question in it if there is one.
struct Sheet {
    explicit Sheet(std::string_view question = "", size_t limit = dns::kMaxMessage)
        : octets(dns::kMaxMessage), writer(octets.data(), limit) {
        if (question.empty()) {
            writer.start(dns::kHeaderSize, {});
            return;
        }
        Name asked = parsed_name(question);
        std::copy_n(asked.data(), asked.size(), octets.data() + dns::kHeaderSize);
        writer.start(dns::kHeaderSize + asked.size() + 4, asked);
    }

    // What a step writes, in hex; "full" if it does not fit.
    template <class Step>
    std::string written(const Step& step) {
        size_t before = writer.size();
        if (!step()) return before == writer.size() ? "full" : "full, but something was written";
        return to_hex({octets.data() + before, writer.size() - before});
    }
    std::string put(std::string_view text) {
        return written([&] { return writer.put_name(parsed_name(text)); });
    }
    std::string put_below(std::string_view text, std::string_view origin, size_t origin_at) {
        Name whole = parsed_name(text), of_origin = parsed_name(origin);
        NameView relative(whole.data(), whole.size() - of_origin.size());
        return written([&] { return writer.put_name(relative, of_origin, origin_at); });
    }
    std::string put_rdata(uint16_t type, std::string_view hex) {
        return written([&] { return writer.put_rdata(type, from_hex(hex)); });
    }
    Name read(size_t at) const {
        Name out;
        const char* reason = dns::read_compressed_name({octets.data(), writer.size()}, at, out);
        CHECK(reason == nullptr);
        return out;
    }

    OctetString octets;
    MessageWriter writer;
};

struct Sample {
    uint16_t type;
    OctetString rdata;
};

// The records of tests/rr.
std::vector<Sample> all_samples() {
    std::vector<Sample> samples;
    for (const auto& file : std::filesystem::directory_iterator(source_folder() + "/tests/rr")) {
        uint16_t type;
        if (file.path().extension() != ".wire") continue;
        if (!dns::read_type(file.path().stem().string(), type)) continue;
        std::string text = read_whole_file(file.path().string());
        bool octets = true;
        for (size_t at = 0; at < text.size(); octets = !octets) {
            size_t end = std::min(text.find('\n', at), text.size());
            if (octets) samples.push_back({type, from_hex(text.substr(at, end - at))});
            at = end + 1;
        }
    }
    return samples;
}

}  // namespace

TEST_SUITE("dns/message_writer") {
    TEST_CASE("the example of RFC 1035 4.1.4") {
        Sheet sheet;
        sheet.writer.start(20, {});
        CHECK(sheet.put("F.ISI.ARPA.") ==
              "0146034953490441525041"
              "00");
        sheet.writer.start(20, {});
        CHECK(sheet.put("F.ISI.ARPA.").size() == 24);
        sheet.writer.put(OctetString(8));
        CHECK(sheet.put("FOO.F.ISI.ARPA.") == "03464F4FC014");
        CHECK(sheet.put("ARPA.") == "C01A");
        CHECK(sheet.put(".") == "00");
    }

    TEST_CASE("the question is known, without regard to case, and not before it is needed") {
        Sheet sheet("www.Example.com.");
        CHECK(sheet.put("example.COM.") == "C010");
        CHECK(sheet.put("mail.EXAMPLE.com.") == "046D61696CC010");
        CHECK(sheet.put("a.mail.example.com.") == "0161C023");
        CHECK(sheet.put("WWW.example.com.") == "C00C");
        CHECK(sheet.put("x.www.example.com.") == "0178C00C");
        CHECK(sheet.put("example.net.") == "076578616D706C65036E657400");
        CHECK(sheet.put("net.") == "C03C");
        CHECK(sheet.put("com.") == "C018");
        // A label's octets within another are no name.
        Sheet deceptive("\\003com.");
        CHECK(deceptive.put("com.") == "03636F6D00");
    }

    TEST_CASE("names below an origin that stands in the message") {
        Sheet sheet("www.example.com.");
        CHECK(sheet.put_below("ns1.example.com.", "example.com.", 16) == "036E7331C010");
        CHECK(sheet.put_below("ns1.example.com.", "example.com.", 16) == "C021");
        CHECK(sheet.put_below("www.example.com.", "example.com.", 16) == "C00C");
        CHECK(sheet.put_below("example.com.", "example.com.", 16) == "C010");
        CHECK(sheet.put("a.ns1.example.com.") == "0161C021");
        // As it would be without the offset.
        CHECK(sheet.put_below("b.example.com.", "example.com.", 0) == "0162C010");
        CHECK(sheet.put_below("a.b.example.org.", "example.org.", 0) ==
              "01610162076578616D706C65036F726700");
        size_t at = sheet.writer.size() - 13;
        CHECK(sheet.put_below("c.example.org.", "example.org.", at) == "0163C039");
        CHECK(sheet.put_below("b.example.org.", "example.org.", at) == "C037");
        // Nothing points to the root, even where it stands.
        Sheet root("com.");
        CHECK(root.put_below("net.", ".", 16) == "036E657400");
        CHECK(root.put_below("com.", ".", 16) == "C00C");
        CHECK(root.put_below(".", ".", 16) == "00");
    }

    TEST_CASE("what does not fit is not written and not known") {
        for (size_t reserved : {0, 11}) {
            Sheet sheet("example.com.", 40 + reserved);
            sheet.writer.reserve(reserved);
            CHECK(sheet.writer.size() == 29);
            CHECK(sheet.put("0123456.example.net.") == "full");
            CHECK(sheet.put("mail.example.com.") == "046D61696CC00C");
            CHECK(sheet.put("mail.example.net.") == "full");
            CHECK(sheet.put("net.") == "full");
            CHECK(sheet.put_rdata(dns::type::A, "01020304") == "full");
            CHECK(sheet.put_rdata(dns::type::NS, "0161 0162 00") == "full");
            CHECK(sheet.written([&] { return sheet.writer.put32(1); }) == "00000001");
            CHECK(sheet.written([&] { return sheet.writer.put16(1); }) == "full");
            CHECK(sheet.put(".") == "full");
            sheet.writer.reserve(0);
            CHECK(sheet.written([&] { return sheet.writer.put(OctetString(reserved)); }) ==
                  std::string(2 * reserved, '0'));
            CHECK(sheet.writer.size() == sheet.writer.limit());
            CHECK(sheet.written([&] { return sheet.writer.put({}); }) == "");
        }
    }

    TEST_CASE("rolling back forgets what was known since the mark") {
        Sheet sheet("example.com.");
        CHECK(sheet.put("a.org.") == "0161036F726700");
        auto mark = sheet.writer.mark();
        CHECK(sheet.put("b.a.org.") == "0162C01D");
        CHECK(sheet.put("x.b.a.org.") == "0178C024");
        sheet.writer.roll_back(mark);
        CHECK(sheet.writer.size() == 36);
        CHECK(sheet.put("b.a.org.") == "0162C01D");
        CHECK(sheet.put("x.b.a.org.") == "0178C024");
        sheet.writer.roll_back(mark);
        // The octets are still there; they must not be believed.
        CHECK(sheet.put("x.b.a.org.") == "01780162C01D");
    }

    TEST_CASE("nothing points beyond what a pointer can say") {
        Sheet sheet("example.com.");
        sheet.writer.put(OctetString(MessageWriter::kPointerReach - 2 - sheet.writer.size()));
        CHECK(sheet.put("a.example.com.") == "0161C00C");
        CHECK(sheet.put("b.a.example.com.") == "0162FFFE");
        CHECK(sheet.put("c.example.com.") == "0163C00C");
        CHECK(sheet.put("c.example.com.") == "0163C00C");
        // Its last label is out of reach, so nothing of it is known.
        Sheet other("");
        other.writer.put(OctetString(MessageWriter::kPointerReach - 2 - other.writer.size()));
        CHECK(other.put("a.b.") == "0161016200");
        CHECK(other.put("a.b.") == "0161016200");
        CHECK(other.put_below("x.a.b.", "a.b.", MessageWriter::kPointerReach) == "01780161016200");
    }

    TEST_CASE("types whose rdata is compressed are those of the table of types") {
        for (unsigned number = 0; number <= 0xffff; ++number) {
            const auto type = static_cast<uint16_t>(number);
            const dns::RrType* row = dns::find_type(type);
            bool compressed = false;
            if (row != nullptr)
                for (const dns::Field& field : row->used_fields())
                    compressed |= (field.flags & dns::field::compressed) != 0;
            if (MessageWriter::compresses(type) != compressed) FAIL_CHECK(dns::type_text(type));
        }
        Sheet sheet("example.com.");
        CHECK(sheet.put_rdata(dns::type::NS, "026E73 076578616D706C65 03636F6D 00") ==
              "0005026E73C00C");
        CHECK(sheet.put_rdata(dns::type::MX, "000A 026E73 076578616D706C65 03636F6D 00") ==
              "0004000AC01F");
        CHECK(sheet.put_rdata(dns::type::SRV, "000000000000 026E73 076578616D706C65 03636F6D 00") ==
              "0016000000000000026E73076578616D706C6503636F6D00");
        CHECK(sheet.put_rdata(dns::type::SOA,
                              "00 0168 076578616D706C65 03636F6D 00 "
                              "00000001 00000002 00000003 00000004 00000005") ==
              "0019000168C00C0000000100000002000000030000000400000005");
    }

    TEST_CASE("every sample of every type is read back") {
        auto writer = std::make_unique<MessageWriter>(nullptr, 0);
        OctetString buffer(dns::kMaxMessage);
        size_t tried = 0;
        for (const Sample& sample : all_samples()) {
            INFO(dns::type_text(sample.type) << " " << to_hex(sample.rdata));
            dns::Message message;
            message.questions.push_back({parsed_name("example.com."), sample.type, 1});
            for (int i = 0; i < 2; ++i) {
                dns::MessageRecord& record = message.records.emplace_back();
                record.owner = parsed_name("a.example.com.");
                record.type = sample.type;
                record.rr_class = 1;
                record.rdata = sample.rdata;
            }
            if (!write_message(message, buffer.data(), buffer.size(), *writer)) continue;
            auto read = dns::read_message({buffer.data(), writer->size()});
            CHECK_MESSAGE(read.ok(), read.fault().sentence);
            if (read.ok()) CHECK(same_message(*read, message));
            ++tried;
        }
        CHECK(tried > 300);
    }

    TEST_CASE("a writer that was used writes as a new one does") {
        OctetString used_octets(dns::kMaxMessage), octets(dns::kMaxMessage);
        MessageWriter used(used_octets.data(), used_octets.size());
        for (int hosts : {200, 3, 50, 0, 1}) {
            MessageWriter fresh(octets.data(), octets.size());
            for (MessageWriter* writer : {&used, &fresh}) {
                writer->start(dns::kHeaderSize, {});
                for (int i = 0; i < 2 * hosts; ++i)
                    writer->put_name(
                        parsed_name("a.host" + std::to_string(i % hosts) + ".example."));
            }
            CHECK(used.size() == fresh.size());
            CHECK(used_octets == octets);
        }
    }

    TEST_CASE("a table that is full makes names longer, not wrong") {
        Sheet sheet("example.com.");
        std::vector<size_t> begins;
        for (int i = 0; i < 3000; ++i) {
            begins.push_back(sheet.writer.size());
            CHECK(sheet.put("host" + std::to_string(i) + ".example.com.") != "full");
        }
        for (int i = 0; i < 3000; ++i)
            CHECK(sheet.read(begins[static_cast<size_t>(i)]) ==
                  parsed_name("host" + std::to_string(i) + ".example.com."));
        // Later names still find what was known early.
        CHECK(sheet.put("a.host0.example.com.") == "0161C01D");
        // And what was forgotten with the message is forgotten.
        sheet.writer.start(dns::kHeaderSize, {});
        CHECK(sheet.put("host0.example.com.").size() == 38);
    }

    TEST_CASE("a name of 127 labels is known by each of its suffixes") {
        std::string text;
        for (int i = 0; i < 127; ++i) text += i % 2 == 0 ? "a." : "B.";
        Sheet sheet(text);
        for (size_t labels = 1; labels <= 127; ++labels) {
            size_t offset = dns::kHeaderSize + 2 * (127 - labels);
            OctetString pointer{static_cast<uint8_t>(0xc0 | offset >> 8),
                                static_cast<uint8_t>(offset)};
            CHECK(sheet.put(text.substr(2 * (127 - labels))) == to_hex(pointer));
        }
        Sheet unknown("");
        CHECK(unknown.put(text).size() == 2 * dns::kMaxName);
        CHECK(unknown.put(text) == "C00C");
    }
}
