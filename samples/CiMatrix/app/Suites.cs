using System.Globalization;

namespace Orders;

/// <summary>Three small suites of checks; a suite is the number of its checks, or an exception that names the first that failed.</summary>
internal static class Suites
{
    public static int Run(string suite) => suite switch
    {
        "prices" => Prices(decimal.Parse(HandOver.Get("RATES_EUR_USD"), CultureInfo.InvariantCulture)),
        "orders" => InStore(Orders),
        "refunds" => InStore(Refunds),
        _ => throw new InvalidOperationException($"there is no suite '{suite}'"),
    };

    /// <summary>One round of a check that has no end: totals must not depend on the order of the orders.</summary>
    public static void Soak(long round)
    {
        decimal[] euros = [round, 0.1m, 0.2m];
        Equal(euros.Sum(), euros.Reverse().Sum(), "the total of a round");
    }

    private static int Prices(decimal rate)
    {
        Equal(15.63m, Dollars(12.50m, rate), "half a cent is rounded away from zero");
        Equal(0m, Dollars(0m, rate), "nothing costs nothing");
        Equal(-15.63m, Dollars(-12.50m, rate), "a refund is rounded like a price");
        return 3;
    }

    private static int Orders(OrderStore store)
    {
        Equal(3, store.Read().Count, "the number of orders");
        Equal(120.00m, store.Read().Sum(order => order.Euros), "the total of the orders");
        return 2;
    }

    private static int Refunds(OrderStore store)
    {
        IReadOnlyList<Order> before = store.Read();
        store.Write([.. before, new Order(4, -99.90m)]);
        Equal(20.10m, store.Read().Sum(order => order.Euros), "the total after a refund");

        // The next suite finds the store as it was.
        store.Write(before);
        Equal(before.Count, store.Read().Count, "the number of orders afterwards");
        return 2;
    }

    private static int InStore(Func<OrderStore, int> suite)
    {
        using OrderStore store = OrderStore.Open(HandOver.Get("STORE_UP_CONNECTION"));
        return suite(store);
    }

    private static decimal Dollars(decimal euros, decimal rate) => Math.Round(euros * rate, 2, MidpointRounding.AwayFromZero);

    private static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"{what}: expected {expected}, was {actual}");
        }
    }
}
