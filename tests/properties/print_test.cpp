// What is printed, loads to the same zone; however it was written.
#include <doctest/doctest.h>

#include "tests/properties/random_zone.h"
#include "tests/properties/zone_text.h"
#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

Complaint round_trip(const std::string& text, const reference::Name& origin,
                     const Records& records) {
    MadeZone first = zone_from_text(text, origin);
    if (first.findings->failed()) return "refused:\n" + first.complaints();
    if (!first.zone) return "no zone";
    reference::Zone expected(origin, records);
    Complaint complaint = differences(*first, expected, false);
    if (!complaint.empty()) return "as written: " + complaint;

    std::string printed = print(*first);
    MadeZone second = zone_from_text(printed, origin);
    if (second.findings->failed() || !second.zone)
        return "printed text is refused:\n" + second.complaints() + printed;
    complaint = differences(*second, expected, false);
    if (!complaint.empty()) return "as printed: " + complaint + printed;
    std::string again = print(*second);
    return again == printed ? "" : "printed again it differs:\n" + printed + "and then\n" + again;
}

}  // namespace

TEST_CASE("print then load is the same zone") {
    for_all("print", 600, [](Random& random) {
        reference::Name origin = random_origin(random);
        Records records = ZoneMaker(random, origin).make({1, random.one_in(10) ? 80u : 16u});
        std::string text = random_text(random, origin, records);
        Complaint complaint = round_trip(text, origin, records);
        if (complaint.empty()) return complaint;
        Complaint smallest = smallest_complaint(origin, records, [&](const Records& fewer) {
            return round_trip(plain_text(origin, fewer), origin, fewer);
        });
        // What goes wrong only in its own way of writing cannot be told in another.
        return smallest.empty() ? complaint + "\nthe text:\n" + text : smallest;
    });
}

}  // namespace apex_tests
