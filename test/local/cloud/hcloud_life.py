"""The whole life of a server and all around it, through the unmodified python3-hcloud. Arguments: endpoint, token."""
import sys

from hcloud import APIException, Client
from hcloud.firewalls.domain import FirewallResource, FirewallRule
from hcloud.images.domain import Image
from hcloud.locations.domain import Location
from hcloud.networks.domain import NetworkSubnet
from hcloud.server_types.domain import ServerType

endpoint, token, public_key = sys.argv[1:4]
client = Client(token=token, api_endpoint=endpoint, poll_interval=0.05)


def done(action):
    action.wait_until_finished()


key = client.ssh_keys.create(name="k", public_key=public_key)
assert client.ssh_keys.get_by_fingerprint(key.fingerprint).id == key.id
network = client.networks.create(
    name="n", ip_range="10.0.0.0/16", subnets=[NetworkSubnet(ip_range="10.0.1.0/24", type="cloud", network_zone="eu-central")]
)
rule = FirewallRule(direction="in", protocol="tcp", port="22", source_ips=["0.0.0.0/0", "::/0"])
firewall = client.firewalls.create(name="f", rules=[rule]).firewall
group = client.placement_groups.create(name="g", type="spread").placement_group

created = client.servers.create(
    name="s", server_type=ServerType(name="cpx22"), image=Image(name="debian-12"), location=Location(name="fsn1"),
    ssh_keys=[key], networks=[network], firewalls=[firewall], placement_group=group, labels={"a": "b"},
)
for action in [created.action, *created.next_actions]:
    done(action)
server = client.servers.get_by_name("s")
assert server.status == "running", server.status
assert server.private_net[0].ip == "10.0.1.1", server.private_net
assert [one.name for one in client.servers.get_all(label_selector="a=b")] == ["s"]
server = server.update(name="t", labels={"c": "d"})
assert server.name == "t" and server.labels == {"c": "d"}
done(server.power_off())
done(server.power_on())
snapshot = server.create_image(description="snap")
done(snapshot.action)
assert client.images.get_by_id(snapshot.image.id).status == "available"
done(server.change_protection(delete=True, rebuild=True))
try:
    server.delete()
    raise SystemExit("a protected server was deleted")
except APIException as error:
    assert error.code == "protected", error.code
done(server.change_protection(delete=False, rebuild=False))
floating = client.floating_ips.create(type="ipv4", server=server, name="fip")
done(floating.action)
assert client.floating_ips.get_by_name("fip").server.id == server.id
done(floating.floating_ip.unassign())
floating.floating_ip.delete()
for action in firewall.remove_from_resources([FirewallResource(type="server", server=server)]):
    done(action)
done(server.detach_from_network(network))
done(server.delete())
assert client.servers.get_by_name("t") is None
for thing in [snapshot.image, firewall, network, group, key]:
    thing.delete()
assert not client.networks.get_all() and not client.firewalls.get_all() and not client.ssh_keys.get_all()
print("lived")
