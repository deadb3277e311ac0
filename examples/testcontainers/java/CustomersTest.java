// Only parsed by javac 17, not run: needs the jars and a container engine. Testcontainers 2.0.5, JUnit 5, Java 17.
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@Testcontainers
class CustomersTest {
    @Container
    static GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse("bigcommerce-mock"))
            .withExposedPorts(2442)
            .withEnv("BCMOCK_SEED", "none")
            .withEnv("BCMOCK_PASSWORD_HASHING", "fast")
            // The image has a health check.
            .waitingFor(Wait.forHealthcheck());

    @Test
    void aCustomerIsFoundByEmail() throws Exception {
        var mock = "http://" + container.getHost() + ":" + container.getMappedPort(2442);
        var http = HttpClient.newHttpClient();
        // A hash of one's own, so that no answer has to be read for it.
        var store = """
                {"hash": "java", "seed": {"customers": [{"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"}]}}""";
        var make = HttpRequest.newBuilder(URI.create(mock + "/_mock/stores"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(store))
                .build();
        assertEquals(201, http.send(make, BodyHandlers.ofString()).statusCode());

        var find = HttpRequest.newBuilder(URI.create(mock + "/stores/java/v3/customers?email:in=jane@example.com"))
                .header("X-Auth-Token", "any")
                .build();
        var found = http.send(find, BodyHandlers.ofString()).body();
        assertTrue(found.contains("\"id\":1,"), found);
    }
}
