import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node: Node FOLDER PORT. It runs until it is killed, and goes on with the data in FOLDER. */
public class Node {
    public static void main(String[] arguments) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("http.port", arguments[1]);
            settings.put("network.host", "127.0.0.1");
            // By default it would join the nodes of other tests on this computer.
            settings.putList("discovery.seed_hosts");
            settings.put("node.name", "one");
            settings.putList("cluster.initial_cluster_manager_nodes", "one");
        });
        runner.build(newConfigs().basePath(arguments[0]).numOfNode(1).clusterName("logs-" + arguments[1]).useLogger());
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
