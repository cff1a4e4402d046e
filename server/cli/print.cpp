// apex print: a zone in canonical order, one record on a line.
#include "dns/rdata_text.h"
#include "server/control/json_writer.h"
#include "server/cli/zone_call.h"
#include "server/cli/zone_lines.h"

namespace server {

namespace {

class ZonePrinter {
  public:
    ZonePrinter(const zones::Zone& zone, const dns::Sources& sources, Output& out, bool json)
        : zone_(zone), sources_(sources), out_(out), json_(json) {}

    void run() {
        for (zones::Zone::Cursor at(zone_); at && !out_.closed(); at.next()) print_name(*at);
    }

  private:
    void print_name(const zones::NodeView& node) {
        if (node.is_empty()) return;
        owner_ = dns::to_text(zone_.absolute(node.name()));
        sort_for_print(node, rrsets_);
        for (const zones::RrsetView& rrset : rrsets_) {
            size_t index = 0;
            for (zones::RecordView record : rrset) {
                if (json_)
                    print_json(record, rrset.place(index++));
                else
                    append_record_line(out_.buffer(), owner_, record);
            }
        }
        out_.write("");
    }

    void print_json(const zones::RecordView& record, dns::Place place) {
        JsonWriter json(out_.buffer());
        json.begin_object().member("name", owner_).member("ttl", record.ttl());
        json.member("class", "IN").member("type", dns::type_text(record.type()));
        json.member("rdata", dns::rdata_text(record.type(), record.rdata()));
        if (place.known()) {
            const dns::Source& source = sources_.at(place.source());
            bool step = source.kind == dns::SourceKind::generate;
            dns::Place at = step ? source.from : place;
            json.member("file", sources_.at(at.source()).name).member("line", at.line());
            if (step) json.member("generate_step", place.line());
        }
        json.end_object();
        out_.buffer() += '\n';
    }

    const zones::Zone& zone_;
    const dns::Sources& sources_;
    Output& out_;
    bool json_;
    std::string owner_;
    std::vector<zones::RrsetView> rrsets_;
};

int print_zone(World& world, const Call& call, const ZoneRequest& request,
               const LoadSettings& settings) {
    std::shared_ptr<LoadedZone> zone = load_request(world, request, settings);
    world.kept.push_back(zone);
    if (!zone->call_fault.sentence.empty()) return call_at_fault(world, "print", zone->call_fault);
    if (zone->fault)
        return system_at_fault(world, "print", unreadable_sentence(request.file, *zone->fault));
    if (!zone->served()) {
        SourceLines lines(world.files, zone->sources, zone->loaded.files);
        std::unique_ptr<Report> report = text_report(world.errors, {.colour = settings.colour});
        report->zone(report_of(request, *zone, lines));
        report->finish(kInputAtFault);
        return kInputAtFault;
    }
    ZonePrinter(*zone->loaded.zone, zone->sources, world.out, call.has("json")).run();
    return kGood;
}

}  // namespace

int run_print(World& world, const Call& call) {
    auto settings = read_settings(world, call, world.errors_is_terminal);
    if (!settings.ok()) return call_at_fault(world, "print", settings.fault());
    if (call.operands.empty())
        return call_at_fault(world, "print",
                             {"no zone file is named", "apex print example.com example.com.zone"});
    auto requests = read_operands(call.operands);
    if (!requests.ok()) return call_at_fault(world, "print", requests.fault());
    if (requests->size() > 1)
        return call_at_fault(world, "print",
                             {"more than one zone is named", "print them one after the other"});
    ZoneRequest& request = requests->front();
    auto applied = apply_rules(call, request.severities);
    if (applied.ok()) applied = apply_limits(call, settings->limits);
    if (!applied.ok()) return call_at_fault(world, "print", applied.fault());
    return print_zone(world, call, request, settings.value());
}

}  // namespace server
