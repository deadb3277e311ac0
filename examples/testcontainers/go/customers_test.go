// Parsed by gofmt 1.19, neither compiled nor run: needs the module and a container engine. Go 1.24, testcontainers-go 0.45.0: go test
package customers

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

func TestACustomerIsFoundByEmail(t *testing.T) {
	ctx := t.Context()
	container, err := testcontainers.Run(ctx, "bigcommerce-mock",
		testcontainers.WithExposedPorts("2442/tcp"),
		testcontainers.WithEnv(map[string]string{"BCMOCK_SEED": "none", "BCMOCK_PASSWORD_HASHING": "fast"}),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/readyz").WithPort("2442/tcp")),
	)
	testcontainers.CleanupContainer(t, container)
	if err != nil {
		t.Fatal(err)
	}
	mock, err := container.PortEndpoint(ctx, "2442/tcp", "http")
	if err != nil {
		t.Fatal(err)
	}

	seed := `{"seed":{"customers":[{"first_name":"Jane","last_name":"Doe","email":"jane@example.com"}]}}`
	made, err := http.Post(mock+"/_mock/stores", "application/json", strings.NewReader(seed))
	if err != nil {
		t.Fatal(err)
	}
	defer made.Body.Close()
	var store struct {
		Token string
		Urls  struct{ V3 string }
	}
	if err := json.NewDecoder(made.Body).Decode(&store); err != nil {
		t.Fatal(err)
	}

	request, err := http.NewRequest("GET", store.Urls.V3+"/customers?email:in=jane@example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Auth-Token", store.Token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var found struct{ Data []struct{ Id int } }
	if err := json.NewDecoder(answer.Body).Decode(&found); err != nil {
		t.Fatal(err)
	}
	if len(found.Data) != 1 || found.Data[0].Id != 1 {
		t.Fatalf("found %+v", found.Data)
	}
}
