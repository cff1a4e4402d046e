// Every lookup in a random zone answers as the reference does.
#include <doctest/doctest.h>

#include "tests/properties/lookup_check.h"
#include "tests/properties/random_zone.h"
#include "tests/zones/make_zone.h"

namespace apex_tests {

TEST_CASE("a zone built from random records is the reference's zone") {
    for_all("build", 1500, [](Random& random) {
        reference::Name origin = random_origin(random);
        Records records = ZoneMaker(random, origin).make({1, random.one_in(10) ? 120u : 24u});
        size_t per_batch = random.one_in(2) ? SIZE_MAX : random.between(1, 20);
        MakeOptions options;
        options.key = {random.word(), random.word()};
        return smallest_complaint(origin, records, [&](const Records& fewer) {
            MadeZone made = zone_from_records(fewer, origin, per_batch, options);
            return differences(*made, reference::Zone(origin, fewer), true);
        });
    });
}

TEST_CASE("every lookup in a random zone is the reference's") {
    for_all("lookup", 1000, [](Random& random) {
        reference::Name origin = random_origin(random);
        ZoneMaker maker(random, origin);
        Records records = maker.make({1, random.one_in(10) ? 80u : 16u});
        reference::Zone expected(origin, records);
        MadeZone made = zone_from_records(records, origin);
        for (size_t questions = 40; questions > 0; --questions) {
            Question question{maker.question(expected), random_type(random)};
            if (answer_differences(*made, expected, question).empty()) continue;
            return smallest_complaint(origin, records, [&](const Records& fewer) {
                return answer_differences(*zone_from_records(fewer, origin),
                                          reference::Zone(origin, fewer), question);
            });
        }
        return Complaint();
    });
}

}  // namespace apex_tests
