// Neither compiled nor run: needs the .NET SDK and a container engine. Testcontainers 4.16.0, xunit.v3.
using System.Net.Http.Json;
using System.Text.Json;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Xunit;

public sealed class CustomersTest : IAsyncLifetime
{
    private readonly IContainer _container = new ContainerBuilder("bigcommerce-mock")
        .WithPortBinding(2442, true)
        .WithEnvironment("BCMOCK_SEED", "none")
        .WithEnvironment("BCMOCK_PASSWORD_HASHING", "fast")
        .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(r => r.ForPort(2442).ForPath("/readyz")))
        .Build();

    public async ValueTask InitializeAsync() => await _container.StartAsync();

    public async ValueTask DisposeAsync() => await _container.DisposeAsync();

    [Fact]
    public async Task ACustomerIsFoundByEmail()
    {
        var mock = $"http://{_container.Hostname}:{_container.GetMappedPublicPort(2442)}";
        using var http = new HttpClient();
        var jane = new { first_name = "Jane", last_name = "Doe", email = "jane@example.com" };
        var made = await http.PostAsJsonAsync($"{mock}/_mock/stores", new { seed = new { customers = new[] { jane } } });
        var store = await made.Content.ReadFromJsonAsync<JsonElement>();

        http.DefaultRequestHeaders.Add("X-Auth-Token", store.GetProperty("token").GetString());
        var url = store.GetProperty("urls").GetProperty("v3").GetString();
        var found = await http.GetFromJsonAsync<JsonElement>($"{url}/customers?email:in=jane@example.com");
        Assert.Equal(1, found.GetProperty("data")[0].GetProperty("id").GetInt32());
    }
}
