"""The functions of dns-lb that neither read nor change a machine."""
import json
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "ansible/roles/lb/files/dns-lb"
loader = SourceFileLoader("dns_lb", str(SOURCE))
dns_lb = module_from_spec(spec_from_loader(loader.name, loader))
loader.exec_module(dns_lb)

TEMPLATE = "worker_processes @WORKERS@; listen @PORT@; listen @PREVIEW@; server @UPSTREAM@:53 max_fails=0;"


def listing(elements, table="dns_lb"):
    active = {"map": {"family": "inet", "name": "active", "table": table, **elements}}
    return json.dumps({"nftables": [{"metainfo": {}}, active]})


class ColourOfMap(unittest.TestCase):
    def test_names_the_colour_of_both_protocols(self):
        self.assertEqual(dns_lb.colour_of_map(listing({"elem": [["tcp", 5301], ["udp", 5301]]})), "blue")

    def test_reads_protocols_printed_as_numbers(self):
        self.assertEqual(dns_lb.colour_of_map(listing({"elem": [[6, 5302], [17, 5302]]})), "green")

    def test_knows_none_before_the_first_switch(self):
        self.assertIsNone(dns_lb.colour_of_map(listing({})))

    def test_knows_none_when_the_protocols_disagree(self):
        self.assertIsNone(dns_lb.colour_of_map(listing({"elem": [["tcp", 5301], ["udp", 5302]]})))

    def test_knows_none_when_the_firewall_is_not_loaded(self):
        self.assertIsNone(dns_lb.colour_of_map(json.dumps({"nftables": [{"metainfo": {}}]})))

    def test_passes_over_maps_of_other_tables(self):
        self.assertIsNone(dns_lb.colour_of_map(listing({"elem": [["tcp", 5301], ["udp", 5301]]}, "other")))


class Render(unittest.TestCase):
    def test_puts_in_ports_and_upstream(self):
        config = dns_lb.render(TEMPLATE, "green", "10.0.0.5")
        self.assertIn("listen 5302; listen 5312; server 10.0.0.5:53 max_fails=0;", config)
        self.assertNotIn("@", config)

    def test_writes_an_ipv6_upstream_in_brackets(self):
        config = dns_lb.render(TEMPLATE, "blue", "2001:db8::5")
        self.assertIn("server [2001:db8::5]:53 ", config)

    def test_finds_the_upstream_again(self):
        for upstream in ("10.0.0.5", "2001:db8::5"):
            self.assertEqual(dns_lb.upstream_in(dns_lb.render(TEMPLATE, "blue", upstream)), upstream)
        self.assertIsNone(dns_lb.upstream_in(""))


class Definition(unittest.TestCase):
    def test_finds_the_version_in_the_unit(self):
        unit = "[Service]\nExecStartPre=+/bin/sh -c 'echo 0a1b >/run/dns-lb-%i/definition'\nExecStart=/usr/sbin/nginx\n"
        self.assertEqual(dns_lb.definition_in(unit), "0a1b")


class Transaction(unittest.TestCase):
    def test_replaces_both_elements_at_once(self):
        self.assertEqual(
            dns_lb.transaction("green"),
            "flush map inet dns_lb active\nadd element inet dns_lb active { udp : 5302, tcp : 5302 }\n",
        )


class FirstError(unittest.TestCase):
    def test_passes_over_warnings(self):
        output = "nginx: [warn] 65536 connections\nnginx: [emerg] unknown directive\nnginx: test failed\n"
        self.assertEqual(dns_lb.first_error(output), "nginx: [emerg] unknown directive")

    def test_says_so_when_there_is_no_word(self):
        self.assertEqual(dns_lb.first_error(""), "failed without a word")


class Parse(unittest.TestCase):
    def test_reads_the_verbs(self):
        cases = {
            "status": {"verb": "status"},
            "stage --upstream 10.0.0.5": {"verb": "stage", "upstream": "10.0.0.5"},
            "switch --to green": {"verb": "switch", "colour": "green"},
            "retire --colour blue": {"verb": "retire", "colour": "blue"},
        }
        for line, options in cases.items():
            self.assertEqual(dns_lb.parse(line.split()), options)


if __name__ == "__main__":
    unittest.main()
