"""The ops room, ``/ops``: pages for whoever runs the service, over the same services as the JSON routes; forms, and no script at all."""
